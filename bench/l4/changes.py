"""Loading the kernel with everything, and changing one thing in it."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

from bench.effort import Effort
from bench.figures import percentile, spread, table, verdict
from bench.l4 import manifests
from bench.l4.manifests import Service
from bench.l4.street import Street, street
from bench.l4.subject import measured
from bench.say import say

MOST_SECONDS: Final = 1.5
MOST_MS: Final = 5.0
TARGET: Final = 8080
PARTS: Final = ("compile", "engine", "kernel")
CLUSTER_IP: Final = "a cluster IP each"
BALANCED: Final = "a load balancer address as well"
LOADS: Final = ("Services", "n", *(f"{part} s" for part in PARTS), "all s", "elements", "peak MB")
TIMES: Final = ("change", "n", "p50 ms", "p99 ms", "max ms", "compile ms", "kernel ms")
COSTS: Final = ("change", "Services", "steps", "transactions", "elements deleted", "elements added")

Told = Mapping[str, Any]


def run(effort: Effort) -> str:
    sizes = (effort.hosts, max(10, effort.hosts // 10))
    with street() as way:
        loads = {
            kind: [_load(way, kind, effort.hosts, 0) for _ in range(effort.rounds)]
            for kind in (CLUSTER_IP, BALANCED)
        }
        changed = {size: _load(way, BALANCED, size, effort.samples)["changes"] for size in sizes}
    text = f"{effort.hosts:,} Services, 5 endpoints each\n\n{_loads(loads)}\n"
    text += verdict(
        "loading, compile, engine and kernel",
        median(map(_all, loads[CLUSTER_IP])),
        MOST_SECONDS,
        " s",
    )
    text += f"\n{_times(changed[effort.hosts])}\n"
    for kind, found in changed[effort.hosts].items():
        ms = [one["all"] * 1e3 for one in found]
        text += verdict(f"{kind}, p99", percentile(ms, 0.99), MOST_MS, " ms")
    return f"{text}\nWhat one change costs, at two sizes:\n\n{_costs(changed)}"


def _load(way: Street, kind: str, size: int, changes: int) -> Told:
    """In a fresh process and a fresh machine each."""
    lane = way.lane(kind)
    services = manifests.services(lane, size, TARGET)
    if kind == CLUSTER_IP:
        services = [Service(one.number, one.target) for one in services]
    folder = way.room.folder(f"manifests{lane.number}")
    manifests.write(folder, services)
    told = measured(way, lane, folder, changes)
    say(f"{size:,} Services, {kind}: {_all(told):.2f} s")
    return told


def _all(told: Told) -> float:
    return sum((told[part] for part in PARTS), 0.0)


def _loads(loads: Mapping[str, Sequence[Told]]) -> str:
    rows = [
        (
            kind,
            len(found),
            *(spread([one[part] for one in found], 2) for part in PARTS),
            spread([_all(one) for one in found], 2),
            f"{found[0]['elements']:,}",
            f"{median(one['peak_mb'] for one in found):.0f}",
        )
        for kind, found in loads.items()
    ]
    return table(LOADS, rows)


def _times(changes: Mapping[str, Sequence[Told]]) -> str:
    rows = []
    for kind, found in changes.items():
        ms = {name: [one[name] * 1e3 for one in found] for name in ("all", "compile", "kernel")}
        times = median(ms["all"]), percentile(ms["all"], 0.99), max(ms["all"])
        parts = median(ms["compile"]), median(ms["kernel"])
        rows.append((kind, len(found), *(f"{each:.2f}" for each in times + parts)))
    return table(TIMES, rows)


def _costs(changed: Mapping[int, Mapping[str, Sequence[Told]]]) -> str:
    rows = [
        (
            kind,
            f"{size:,}",
            *(_count(found, name) for name in ("steps", "transactions", "deleted", "added")),
        )
        for size, changes in changed.items()
        for kind, found in changes.items()
    ]
    return table(COSTS, rows)


def _count(found: Sequence[Told], name: str) -> str:
    """The number, if it is always the same."""
    counts = [one[name] for one in found]
    return str(counts[0]) if min(counts) == max(counts) else spread(counts, 0)
