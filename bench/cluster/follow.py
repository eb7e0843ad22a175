"""`portico up --cluster`: to readiness, its memory, and from one event to a request it serves."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

from bench.backend import start_backend
from bench.client import Client, get
from bench.cluster.api import Api
from bench.cluster.objects import PATHS, documents, endpoint_slice, ingress
from bench.edits import IsInForce, is_from
from bench.effort import Effort
from bench.figures import percentile, spread, table, verdict
from bench.manifests import App, app, moved
from bench.proc import cpu_ns, memory, wakeups
from bench.room import Room, RoomError, room
from bench.say import say
from bench.subject import Portico

MOST_SECONDS: Final = 15.0
MOST_MB: Final = 400.0
MOST_MS: Final = {"other endpoints": 20.0, "a new Ingress": 50.0}
LONGEST: Final = 5.0
IDLE: Final = 10.0
SETTLED: Final = 3.0
"""Seconds after readiness in which it tidies up."""

OTHERS: Final = 2000
CLASS_OF_OTHERS: Final = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "IngressClass",
    "metadata": {"name": "of-others"},
    "spec": {"controller": "example.com/others"},
}
TIMES: Final = ("event", "n", "p50 ms", "p99 ms", "max ms")
COST: Final = ("steps", "pushes", "entries_pushed", "bytes_pushed", "reloads")


@dataclass(frozen=True, slots=True)
class Change:
    """What to write, what comes first and is not timed, and how to tell that it is in force."""

    before: Sequence[Any]
    document: Any
    request: bytes
    is_in_force: IsInForce


@dataclass(frozen=True, slots=True)
class Series:
    kind: str
    ms: Sequence[float]
    cost: Mapping[str, float]


def run(effort: Effort) -> str:
    with room() as place:
        port = start_backend(place)
        api = Api(place, effort.hosts, port)
        say(f"an API server with {effort.hosts:,} apps")
        portico = _portico(place, api)
        seconds = [portico.start()]
        peak = memory(portico.controller)
        say(f"ready after {seconds[0]:.2f} s, peak {peak.peak:.0f} MB")
        idle, woken = _idle(portico)
        api.write(CLASS_OF_OTHERS)
        cost, steps = _of_others(portico, api)
        apps = [app(number, PATHS, port) for number in range(effort.hosts)]
        series = [_series(portico, api, kind, KINDS[kind](apps, effort.samples)) for kind in KINDS]
        portico.stop()
        for _ in range(min(2, effort.rounds - 1)):
            again = _portico(place, api)
            seconds.append(again.start())
            again.stop()
    text = f"{effort.hosts:,} Ingresses, Services and slices of 5 endpoints\n\n{_times(series)}\n"
    text += verdict(f"until ready, {spread(seconds, 2)} s", median(seconds), MOST_SECONDS, " s")
    text += verdict("controller, peak RSS", peak.peak, MOST_MB, " MB")
    for one in series:
        text += verdict(f"{one.kind}, p99", percentile(one.ms, 0.99), MOST_MS[one.kind], " ms")
    text += f"- RSS when ready {peak.rss:.0f} MB\n"
    text += f"- while nothing changes {idle:.2f} % of a CPU, woken {woken:.1f} times a second\n"
    text += f"- an event of an object that is not ours: {cost:.0f} us of CPU, {steps:.1f} steps\n"
    return f"{text}\nWhat one event costs (means):\n\n{_costs(series)}"


def _portico(place: Room, api: Api) -> Portico:
    made = Portico(place, place.folder(f"of-cluster-{random.randrange(1 << 30)}"))
    made.origin = ("--cluster", "--kubeconfig", api.kubeconfig)
    return made


def _idle(portico: Portico) -> tuple[float, float]:
    """Per cent of a CPU, and how often it wakes up in a second."""
    time.sleep(SETTLED)
    before, woken = cpu_ns([portico.controller]), wakeups(portico.controller)
    time.sleep(IDLE)
    share = (cpu_ns([portico.controller]) - before) / 1e7 / IDLE
    return share, (wakeups(portico.controller) - woken) / IDLE


def _of_others(portico: Portico, api: Api) -> tuple[float, float]:
    """Microseconds of CPU and steps of an event of an object that is not ours.

    Half are Ingresses of another class, half slices of Services that no Ingress names.
    """
    time.sleep(1)
    pid = portico.controller
    cpu, steps = cpu_ns([pid]), portico.figures()["steps"]
    for number in range(OTHERS):
        one = (
            moved(app(number % 50, PATHS, 80)) if number % 100 < 50 else app(number % 50, PATHS, 80)
        )
        theirs = replace(one, number=one.number + 900_000)
        document = endpoint_slice(theirs) if number % 2 else ingress(theirs)
        document["metadata"]["labels"] = {
            **document["metadata"].get("labels", {}),
            "n": str(number),
        }
        if not number % 2:
            document["spec"]["ingressClassName"] = "of-others"
        api.write(document)
    time.sleep(1)
    return (cpu_ns([pid]) - cpu) / 1e3 / OTHERS, (portico.figures()["steps"] - steps) / OTHERS


def _series(portico: Portico, api: Api, kind: str, changes: Iterator[Change]) -> Series:
    client = Client(portico.http_port)
    before = portico.figures()
    ms = []
    for change in changes:
        for document in change.before:
            api.write(document)
        time.sleep(random.uniform(0.02, 0.08))
        assert not change.is_in_force(client.ask(change.request))
        ms.append(_timed(client, api, change) * 1000)
    client.close()
    after = portico.figures()
    say(f"{kind}: p50 {median(ms):.1f} ms, max {max(ms):.1f} ms, n={len(ms)}")
    return Series(kind, ms, {name: (after[name] - before[name]) / len(ms) for name in COST})


def _timed(client: Client, api: Api, change: Change) -> float:
    """Seconds from the write in the API server to the first answer that shows it."""
    begun = api.write(change.document)
    while not change.is_in_force(client.ask(change.request)):
        if time.monotonic() - begun > LONGEST:
            raise RoomError(f"no change in {LONGEST} s")
    return time.monotonic() - begun


def _other_endpoints(apps: list[App], count: int) -> Iterator[Change]:
    for _ in range(count):
        at = random.randrange(len(apps))
        apps[at] = one = moved(apps[at])
        yield Change((), endpoint_slice(one), get(one.host, f"{PATHS[0]}/x"), is_from(one))


def _new_ingress(apps: list[App], count: int) -> Iterator[Change]:
    for _ in range(count):
        one = app(len(apps), PATHS, apps[0].port)
        apps.append(one)
        first = documents(one)[:2]
        request = get(one.host, f"{PATHS[0]}/x")
        yield Change(first, ingress(one), request, lambda answer: answer.status == 200)


KINDS: Final[Mapping[str, Callable[[list[App], int], Iterator[Change]]]] = {
    "other endpoints": _other_endpoints,
    "a new Ingress": _new_ingress,
}


def _times(found: Sequence[Series]) -> str:
    rows = [
        (
            s.kind,
            len(s.ms),
            *(f"{ms:.1f}" for ms in (median(s.ms), percentile(s.ms, 0.99), max(s.ms))),
        )
        for s in found
    ]
    return table(TIMES, rows)


def _costs(found: Sequence[Series]) -> str:
    head = ["event", *(name.replace("_", " ") for name in COST)]
    return table(head, [(s.kind, *(f"{s.cost[name]:.4g}" for name in COST)) for s in found])
