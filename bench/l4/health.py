"""How soon a failed node gets no more connections, and what it costs to look after many."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from bench.effort import Effort
from bench.figures import spread, table, verdict
from bench.l4 import nodes, web
from bench.l4.daemon import Daemon
from bench.l4.nodes import CLOSED, KUBE_PROXY_PORT, REFUSING, SILENT, Cluster, Failures
from bench.l4.rounds import DIRECT
from bench.l4.street import Lane, Street, street
from bench.l4.watch import PATIENCE, Watch
from bench.proc import cpu_ns, memory
from bench.room import RoomError
from bench.say import say

MOST_SECONDS: Final = 2.0
MOST_PERCENT: Final = 5.0
LONGEST: Final = 3.0
"""Seconds that a failure is watched."""

SETTLING: Final = 2.0
BACK: Final = 10.0
NODES: Final = 3
KINDS: Final = {"does not answer any more": SILENT, "refuses everything": REFUSING}
VIA: Final = ("--via", "nodeport")
OUT: Final = ("a node of 3", "n", "s until the last failed connection", "failed", "of")
COST: Final = ("asked", "nodes", "Services", "CPU % of a core", "RSS MB")


class Checks(NamedTuple):
    """Whom a load balancer looks after, and where nodes are asked."""

    cluster: Cluster
    at: str


KUBE_PROXY: Final = "kube-proxy's health port"
NODE_PORTS: Final = "node ports, for want of that"
OWN_PORTS: Final = "a health check node port each"
CHECKS: Final = (
    Checks(Cluster(0, 50), "nobody"),
    Checks(Cluster(20, 50), KUBE_PROXY),
    Checks(Cluster(100, 10), KUBE_PROXY),
    Checks(Cluster(20, 50), NODE_PORTS),
    Checks(Cluster(20, 50, is_local=True), OWN_PORTS),
)


class Failure(NamedTuple):
    """One failure of one node."""

    seconds: float
    failed: int
    begun: int


class Cost(NamedTuple):
    """What the process spends when nothing happens but checks."""

    checks: Checks
    percent: float
    rss: float


def run(effort: Effort) -> str:
    with street() as way:
        way.lane(DIRECT)
        web.start_web(way, nodes.PORTS)
        failures = Failures(way)
        found = _failures(way, failures, effort.rounds)
        costs = [_cost(way, failures, checks, effort.seconds) for checks in CHECKS]
    rows = [_row(name, of) for name, of in found.items()]
    text = f"default checks\n\n{table(OUT, rows)}\n"
    for name, of in found.items():
        most = max(one.seconds for one in of)
        text += verdict(f"a node that {name}, longest", most, MOST_SECONDS, " s")
    text += f"\n{_costs(costs)}\n"
    for (cluster, at), percent, _ in costs[1:]:
        what = f"{cluster.nodes} nodes x {cluster.services} Services, {at}"
        text += verdict(what, percent, MOST_PERCENT, " % of a core")
    return text


def _failures(way: Street, failures: Failures, rounds: int) -> dict[str, list[Failure]]:
    lane = way.lane("failing")
    daemon = _start(way, lane, Cluster(NODES, 1))
    with way.client.entered():
        found = {
            name: asyncio.run(_all_of(failures, kind, lane.service(0), rounds))
            for name, kind in KINDS.items()
        }
    daemon.stop()
    return found


async def _all_of(failures: Failures, kind: str, address: str, rounds: int) -> list[Failure]:
    watch, found = Watch(address), []
    async with asyncio.TaskGroup() as group:
        stream = group.create_task(watch.run())
        for number in range(rounds):
            who = nodes.node(number % NODES)
            await _seen(watch, who)
            await asyncio.sleep(random.uniform(0, 0.5))  # not in step with the checks
            found.append(await _one(watch, failures, kind, who))
        stream.cancel()
    return found


async def _one(watch: Watch, failures: Failures, kind: str, who: str) -> Failure:
    known, count, begun = len(watch.failed), watch.count, time.monotonic()
    failures.begin(kind, who)
    await asyncio.sleep(LONGEST)
    count = watch.count - count
    await asyncio.sleep(PATIENCE)
    failures.end(kind, who)
    failed = [at for at in watch.failed[known:] if at < begun + LONGEST]
    seconds = max(failed, default=begun) - begun
    say(f"{kind} {who}: {seconds:.2f} s, {len(failed)} failed")
    return Failure(seconds, len(failed), count)


async def _seen(watch: Watch, who: str) -> None:
    """Until this node answers new connections (again)."""
    begun = time.monotonic()
    while watch.answered.get(who, 0.0) < begun:
        if time.monotonic() > begun + BACK:
            raise RoomError(f"{who} gets no connections")
        await asyncio.sleep(0.02)


def _start(way: Street, lane: Lane, cluster: Cluster) -> Daemon:
    folder = way.room.folder(f"cluster{lane.number}")
    (folder / "all.yaml").write_text(cluster.manifests(lane))
    return Daemon(way, lane, folder, VIA)


def _cost(way: Street, failures: Failures, checks: Checks, seconds: int) -> Cost:
    if checks.at == NODE_PORTS:
        failures.begin(CLOSED, str(KUBE_PROXY_PORT))
    cluster = checks.cluster
    daemon = _start(way, way.lane(checks.at), cluster)
    time.sleep(SETTLING)
    before = cpu_ns([daemon.pid])
    time.sleep(seconds)
    spent = (cpu_ns([daemon.pid]) - before) / 1e9
    cost = Cost(checks, spent / seconds * 100, memory(daemon.pid).rss)
    say(f"{cluster}, {checks.at}: {cost.percent:.1f} % of a core")
    daemon.stop()
    if checks.at == NODE_PORTS:
        failures.end(CLOSED, str(KUBE_PROXY_PORT))
    return cost


def _row(name: str, found: Sequence[Failure]) -> list[object]:
    seconds = [one.seconds for one in found]
    failed, begun = sum(one.failed for one in found), sum(one.begun for one in found)
    return [name, len(found), spread(seconds, 2), failed, f"{begun:,}"]


def _costs(costs: Sequence[Cost]) -> str:
    rows = [
        (
            cost.checks.at,
            cost.checks.cluster.nodes,
            cost.checks.cluster.services,
            f"{cost.percent:.1f}",
            f"{cost.rss:.0f}",
        )
        for cost in costs
    ]
    return table(COST, rows)
