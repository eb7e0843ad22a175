"""`portico webhook --cluster`: one question of an API server, over TLS, by what is asked."""

import contextlib
import json
import random
import re
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

from bench.client import Client, get
from bench.cluster.api import Api
from bench.cluster.objects import PATHS, ingress, service
from bench.effort import Effort
from bench.figures import percentile, table, verdict
from bench.manifests import App, app
from bench.proc import memory
from bench.room import PATIENCE, PROXY, Room, RoomError, room
from bench.say import say

MOST_MS: Final = 10.0
PORT: Final = 8080
"""Of endpoints that nobody connects to."""

OF_OTHERS: Final[Mapping[str, Any]] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "IngressClass",
    "metadata": {"name": "of-others"},
    "spec": {"controller": "example.com/others"},
}
STEPS: Final = re.compile(rb"^portico_compiler_steps_total (\S+)$", re.MULTILINE)
HEAD: Final = ("question", "n", "p50 ms", "p99 ms", "max ms", "steps")


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and how to tell that the answer is right."""

    request: bytes
    is_right: Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Series:
    kind: str
    ms: Sequence[float]
    steps: float


class Webhook:
    """Ends with the room."""

    def __init__(self, place: Room, api: Api) -> None:
        self._place = place
        port, admin = place.free_port(), place.free_port()
        self._state = place.folder("webhook-state")
        command = (
            *(sys.executable, "-m", "portico", "webhook", "--only", "http"),
            *("--cluster", "--kubeconfig", api.kubeconfig, "--state-dir", self._state),
            *("--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{admin}", "--drain", "0"),
        )
        self._process = place.start("webhook", command, cpu=PROXY)
        self._admin = Client(admin)
        self._until_ready()
        authority = str(self._state / "webhook" / "ca.crt")
        self.client = Client(port, ssl.create_default_context(cafile=authority))

    @property
    def steps(self) -> float:
        found = STEPS.search(self._admin.ask(get("localhost", "/metrics")).body)
        assert found
        return float(found[1])

    @property
    def memory(self) -> float:
        return memory(self._process.pid).rss

    def _until_ready(self) -> None:
        begun = time.monotonic()
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() - begun > PATIENCE:
                self._place.give_up("webhook")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self._admin.ask(get("localhost", "/readyz")).status == 200
        return False


def run(effort: Effort) -> str:
    with room() as place:
        api = Api(place, effort.hosts, PORT)
        say(f"an API server with {effort.hosts:,} apps")
        api.write(OF_OTHERS)
        webhook = Webhook(place, api)
        apps = [app(number, PATHS, PORT) for number in range(effort.hosts)]
        found = [_bare(webhook, effort.samples)]
        for kind, questions in KINDS.items():
            found.append(_series(webhook, kind, list(questions(apps, effort.samples))))
        rss = webhook.memory
    text = f"{effort.hosts:,} Ingresses, Services and slices of 5 endpoints known\n\n"
    text += table(HEAD, [_row(one) for one in found]) + "\n"
    for one in found[1:]:
        text += verdict(f"{one.kind}, p99", percentile(one.ms, 0.99), MOST_MS, " ms")
    return f"{text}- RSS {rss:.0f} MB\n"


def _bare(webhook: Webhook, samples: int) -> Series:
    """What a question costs before anybody looks at it."""
    request = get("localhost", "/livez")
    webhook.client.ask(request)
    ms = []
    for _ in range(samples):
        begun = time.monotonic()
        webhook.client.ask(request)
        ms.append((time.monotonic() - begun) * 1000)
    return Series("TLS and HTTP alone", ms, 0)


def _series(webhook: Webhook, kind: str, questions: Sequence[Question]) -> Series:
    steps = webhook.steps
    ms = []
    for question in questions:
        begun = time.monotonic()
        answer = webhook.client.ask(question.request)
        ms.append((time.monotonic() - begun) * 1000)
        if answer.status != 200 or not question.is_right(json.loads(answer.body)["response"]):
            raise RoomError(f"{kind}: {answer.status} {answer.body.decode()}")
        time.sleep(random.uniform(0.001, 0.01))
    say(f"{kind}: p50 {median(ms):.1f} ms, max {max(ms):.1f} ms, n={len(ms)}")
    return Series(kind, ms, (webhook.steps - steps) / len(ms))


def _of_others(apps: list[App], count: int) -> Iterator[Question]:
    for number in range(count):
        document = ingress(app(len(apps) + number, PATHS, PORT))
        document["spec"]["ingressClassName"] = OF_OTHERS["metadata"]["name"]
        yield Question(_asked(document), _is_plain)


def _updated(apps: list[App], count: int) -> Iterator[Question]:
    for one in random.choices(apps, k=count):
        new = ingress(replace(one, paths=(*PATHS, "/new")))
        yield Question(_asked(new, ingress(one)), _is_plain)


def _new(apps: list[App], count: int) -> Iterator[Question]:
    for number, one in enumerate(random.choices(apps, k=count)):
        document = ingress(app(len(apps) + number, PATHS, PORT))
        _lead_to(document, one.name)
        yield Question(_asked(document), _is_plain)


def _taken(apps: list[App], count: int) -> Iterator[Question]:
    for number, one in enumerate(random.choices(apps, k=count)):
        document = ingress(replace(app(len(apps) + number, PATHS, PORT), paths=("/",)))
        document["spec"]["rules"] = ingress(one)["spec"]["rules"]
        yield Question(_asked(document), lambda said: not said["allowed"])


def _breaking(apps: list[App], count: int) -> Iterator[Question]:
    for one in random.choices(apps, k=count):
        document = service(one)
        document["spec"]["ports"][0]["port"] = 81
        yield Question(_asked(document, service(one)), _warns_of(f"Ingress bench/{one.name}"))


KINDS: Final[Mapping[str, Callable[[list[App], int], Iterator[Question]]]] = {
    "an Ingress of another class": _of_others,
    "an update of an Ingress": _updated,
    "a new Ingress": _new,
    "an Ingress whose paths are taken": _taken,
    "a Service that breaks an Ingress": _breaking,
}


def _lead_to(document: dict[str, Any], name: str) -> None:
    for rule in document["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            path["backend"]["service"]["name"] = name


def _is_plain(said: Mapping[str, Any]) -> bool:
    return bool(said["allowed"]) and "warnings" not in said


def _warns_of(what: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda said: said["allowed"] and any(what in line for line in said["warnings"])


def _asked(document: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> bytes:
    """As an API server does: with all that is stored, and what it was before."""
    group, _, version = document["apiVersion"].rpartition("/")
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": group, "version": version, "kind": document["kind"]},
        "name": document["metadata"]["name"],
        "namespace": document["metadata"]["namespace"],
        "operation": "UPDATE" if old else "CREATE",
        "object": document,
        "oldObject": old,
        "dryRun": False,
    }
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    body = json.dumps(review).encode()
    head = (
        "POST /validate?timeout=5s HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _row(one: Series) -> tuple[object, ...]:
    figures = (median(one.ms), percentile(one.ms, 0.99), max(one.ms))
    return (one.kind, len(one.ms), *(f"{ms:.2f}" for ms in figures), f"{one.steps:.4g}")
