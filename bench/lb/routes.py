"""From a plan to a router's kernel by BGP: one route, a thousand, and the death of a node."""

import tempfile
from collections.abc import Sequence
from typing import Final

from examples.netns.network import Network

from bench.effort import Effort
from bench.figures import percentile, table, verdict
from bench.lb.router import Wire
from bench.say import say

MANY: Final = 1000
MOST_ONE: Final = 20.0
MOST_MANY: Final = 2.0
MOST_DEAD: Final = 500.0
LEAST_DEATHS: Final = 10

PAIRS: Final = (("exabgp", "bird"), ("exabgp", "frr"), ("bird", "bird"), ("bird", "frr"))
OUT: Final = (
    "speaker, router", "one route, ms", "with 1,000 there, ms", "withdrawn, ms", "1,000 routes, s",
    "node dead, ms",
)  # fmt: skip

Figures = dict[str, list[float]]


def run(effort: Effort) -> str:
    rows, found = [], {}
    for daemon, router in PAIRS:
        with Network() as network, tempfile.TemporaryDirectory():
            figures = found[daemon, router] = _measured(Wire(network, daemon, router), effort)
        ones = [_ms(figures[name]) for name in ("one", "beside", "withdrawn")]
        many = f"{percentile(figures['many'], 0.5):.2f}"
        rows.append([f"{daemon}, {router}", *ones, many, _ms(figures["dead"])])
        say(f"{daemon} {router}: {rows[-1][1:]}")
    text = "median (90 %, longest); to the kernel of the router\n\n" + f"{table(OUT, rows)}\n"
    ours = found["exabgp", "bird"]
    text += verdict("one route, 90 %", percentile(ours["one"], 0.9) * 1000, MOST_ONE, " ms")
    text += verdict("1,000 routes", max(ours["many"]), MOST_MANY, " s")
    return text + verdict("node dead, longest", max(ours["dead"]) * 1000, MOST_DEAD, " ms")


def _measured(wire: Wire, effort: Effort) -> Figures:
    samples = effort.samples // 2
    several = max(2, effort.rounds)
    lone = [f"198.51.100.{number % 250 + 1}/32" for number in range(samples)]
    many = [f"10.{number // 250}.{number % 250}.1/32" for number in range(MANY)]
    figures: Figures = {name: [] for name in ("one", "beside", "withdrawn", "many", "dead")}
    for prefix in lone:
        figures["one"].append(wire.time_until("announced", [prefix]))
        figures["withdrawn"].append(wire.time_until("withdrawn", [prefix]))
    for _ in range(several):
        figures["many"].append(wire.time_until("announced", many))
        for prefix in lone[: samples // several]:
            figures["beside"].append(wire.time_until("announced", [prefix]))
            wire.time_until("withdrawn", [prefix])
        wire.time_until("withdrawn", many)
    wire.time_until("announced", lone[:1])
    for _ in range(max(LEAST_DEATHS, effort.rounds) if effort.rounds > 2 else effort.rounds):
        wire.await_path()
        figures["dead"].append(wire.time_until_dead(lone[0]))
    return figures


def _ms(found: Sequence[float]) -> str:
    middle, tenth, last = (1000 * percentile(found, share) for share in (0.5, 0.9, 1.0))
    return f"{middle:.1f} ({tenth:.1f}, {last:.1f})"
