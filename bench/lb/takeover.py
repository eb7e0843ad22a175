"""For how long a client's packets are lost when an address moves to another node."""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from examples.netns.network import Network

from bench.effort import Effort
from bench.figures import table, verdict
from bench.lb.lan import Lan
from bench.say import say

NODES: Final = 3
LEAST_ROUNDS: Final = 20
WATCHED: Final = 1.5
"""Seconds after each event."""

MOST_SILENT: Final = 500.0
MOST_PLANNED: Final = 20.0
OUT: Final = ("the owner", "n", "median ms", "90 % ms", "longest ms")

CUT: Final = "is cut off without a word"
BACK: Final = "comes back"
PLANNED: Final = "leaves as planned"
KILLED: Final = "loses its responder (kill -9)"
NOTHING: Final = "stays as it is, for comparison"


def run(effort: Effort) -> str:
    rounds = effort.rounds if effort.rounds < 3 else max(effort.rounds, LEAST_ROUNDS)
    gaps: dict[str, list[float]] = {CUT: [], BACK: [], PLANNED: [], KILLED: [], NOTHING: []}
    with suppress(PermissionError):  # what others do on this machine is not to be measured
        os.setpriority(os.PRIO_PROCESS, 0, -15)
    with Network() as network, tempfile.TemporaryDirectory() as folder:
        lan = Lan(network, Path(folder), NODES)
        for _ in range(rounds):
            _round(lan, gaps)
    text = f"{NODES} nodes, heartbeats of 100 ms x 3\n"
    text += "a question every ms; for how long they are lost\n\n"
    text += f"{table(OUT, [_row(what, found) for what, found in gaps.items()])}\n"
    text += verdict("silent death, longest", max(gaps[CUT]), MOST_SILENT, " ms")
    return text + verdict("planned move, longest", max(gaps[PLANNED]), MOST_PLANNED, " ms")


def _round(lan: Lan, gaps: dict[str, list[float]]) -> None:
    node = lan.nodes[lan.client.asked()]
    _watch(lan, gaps, CUT, lambda: lan.switch.unplug(node.space))
    _watch(lan, gaps, BACK, lambda: lan.switch.plug_in_again(node.space))
    lan.settle()
    _watch(lan, gaps, PLANNED, node.leave)
    _watch(lan, gaps, BACK, node.start)
    lan.settle()
    _watch(lan, gaps, KILLED, node.kill)
    node.start()
    lan.settle()
    _watch(lan, gaps, NOTHING, lambda: None)


def _watch(lan: Lan, gaps: dict[str, list[float]], what: str, event: Callable[[], object]) -> None:
    time.sleep(random.uniform(0, 0.2))  # not in step with the beats
    since = time.monotonic()
    event()
    time.sleep(WATCHED)
    gap = lan.client.gap(since) * 1000
    gaps[what].append(gap)
    say(f"the owner {what}: {gap:.1f} ms")


def _row(what: str, found: Sequence[float]) -> list[object]:
    ordered = sorted(found)
    tenth = ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))]
    return [
        what,
        len(found),
        *(f"{ms:.1f}" for ms in (statistics.median(found), tenth, ordered[-1])),
    ]
