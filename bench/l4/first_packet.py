"""How long the first packet of a connection takes, and whether the number of Services matters."""

import itertools
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Final

from bench.effort import Effort
from bench.figures import percentile, spread, table, verdict
from bench.l4.manifests import Service
from bench.l4.packets import TARGET, Ask, Ends, Times, Way, connected, interleaved, listen, received
from bench.l4.rounds import DIRECT, middle_ratio, ratio_row
from bench.l4.street import Lane, Street, endpoint, street
from bench.l4.subject import install
from bench.say import say

MOST_RATIO: Final = 1.1
SMALL: Final = 10
FEW: Final = SMALL // 2
PACKETS: Final = 100
"""To every way in a round, for each sample that the run is worth."""

PORT: Final = 80
ALL: Final = ", all asked"
TRANSPORTS: Final = ("TCP", "UDP")
HEAD: Final = ("path", "n", "p50 µs", "p99 µs", "p50 / 10 services", "p99 / 10 services")


def run(effort: Effort) -> str:
    sizes = (SMALL, effort.hosts, 3 * effort.hosts)
    count = effort.samples * PACKETS
    with street() as way:
        way.lane(DIRECT)
        lanes = {size: _lane(way, size) for size in sizes}
        ends = listen(way)
        with way.client.entered():
            found = {
                name: _rounds(
                    _ways(lanes, name), partial(_asked, ask, ends), (effort.rounds, count)
                )
                for name, ask in zip(TRANSPORTS, (connected, received), strict=True)
            }
    text = (
        f"{effort.rounds} rounds of {count:,} packets to each, interleaved packet by packet. Half "
        f"of the Services speak TCP, half UDP; {FEW} are asked of every number, or all of them at "
        "random: then much of what is looked up is not in the CPU's cache any more.\n\n"
    )
    return text + "".join(_text(name, times) for name, times in found.items())


def _lane(way: Street, size: int) -> Lane:
    lane = way.lane(f"{size:,} services")
    services = (
        Service(number, TARGET, lane.service(number), TRANSPORTS[number % 2])
        for number in range(size)
    )
    install(way, lane, services)
    return lane


def _ways(lanes: dict[int, Lane], transport: str) -> list[Way]:
    first = TRANSPORTS.index(transport)
    few = [Way(DIRECT, [endpoint(number) for number in range(FEW)], TARGET)]
    many = []
    for size, lane in lanes.items():
        addresses = [lane.service(number) for number in range(first, size, 2)]
        few.append(Way(lane.name, addresses[:: size // SMALL], PORT))
        if size > SMALL:
            many.append(Way(f"{lane.name}{ALL}", addresses, PORT))
    return few + many


def _asked(ask: Ask, ends: Ends, way: Way) -> int:
    return ask(way, ends)


def _rounds(ways: Sequence[Way], ask: partial[int], effort: tuple[int, int]) -> Times:
    rounds, count = effort
    say(f"{rounds} rounds of {count:,} packets to {len(ways)} ways")
    interleaved(ways, ask, count // 4)
    each = [interleaved(ways, ask, count) for _ in range(rounds)]
    return {way.name: [one[way.name] for one in each] for way in ways}


def _text(transport: str, times: Times) -> str:
    p50 = {name: [median(one) for one in of] for name, of in times.items()}
    p99 = {name: [percentile(one, 0.99) for one in of] for name, of in times.items()}
    base = f"{SMALL} services"
    rows = [
        (
            name,
            f"{sum(map(len, times[name])):,}",
            spread(p50[name]),
            spread(p99[name]),
            ratio_row(p50, name, base),
            ratio_row(p99, name, base),
        )
        for name in times
    ]
    text = f"{transport}:\n\n{table(HEAD, rows)}\n"
    larger = [name for name in list(times)[2:] if not name.endswith(ALL)]
    for name, (what, by) in itertools.product(larger, (("p50", p50), ("p99", p99))):
        ratio = middle_ratio(by, name, base)
        text += verdict(f"{transport}, {what}, {name} / {base}", ratio, MOST_RATIO)
    return f"{text}\n"
