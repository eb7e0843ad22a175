"""New TCP connections through the kernel table, beside routing and proxies."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from bench.effort import Effort
from bench.figures import spread, table, verdict
from bench.l4 import manifests, peers, web
from bench.l4.connect import THREADS, Round, connect
from bench.l4.rounds import DIRECT, alternated, at_least, middle_ratio, ratio_row
from bench.l4.street import Street, endpoint, street
from bench.l4.subject import install
from bench.say import say

LEAST_OF_DIRECT: Final = 0.80
LEAST_OF_PROXIES: Final = 1.2
MOST_GROWTH: Final = 1.05
HAPROXY: Final = "haproxy"
NGINX: Final = "nginx stream"
HEAD: Final = (
    "path",
    "connections/s",
    "/ direct",
    "CPU µs/connection",
    "p50 µs",
    "p99 µs",
    "errors",
)

Addresses = dict[str, Sequence[str]]


def run(effort: Effort) -> str:
    sizes = (3, effort.hosts // 10, effort.hosts)
    with street() as way:
        asked = _directly(way) | _ours(way, sizes) | _peers(way)

        def work(name: str) -> Round:
            port = web.PORT if name == DIRECT else 80
            return connect(way, asked[name], port, 1)

        found = alternated(list(asked), work, effort.rounds * effort.seconds)
    return _text(found, [_ours_name(size) for size in sizes])


def _directly(way: Street) -> Addresses:
    way.lane(DIRECT)
    web.start_web(way)
    return {DIRECT: [endpoint(number) for number in range(THREADS)]}


def _ours(way: Street, sizes: Sequence[int]) -> Addresses:
    found: Addresses = {}
    for size in sizes:
        lane = way.lane(_ours_name(size))
        services = manifests.services(lane, size, web.PORT)
        install(way, lane, services)
        asked = services[:: max(1, size // THREADS)][:THREADS]
        found[lane.name] = [one.address for one in asked]
    return found


def _peers(way: Street) -> Addresses:
    ports = {80: [f"{endpoint(number)}:{web.PORT}" for number in range(manifests.EACH)]}
    found: Addresses = {}
    for name, start in ((HAPROXY, peers.start_haproxy), (NGINX, peers.start_nginx)):
        say(f"starting {name}")
        lane = way.lane(name)
        start(way, lane, ports)
        way.wait_for_port(name.replace(" ", "-"), lane.address, 80)
        found[name] = [lane.address]
    return found


def _ours_name(size: int) -> str:
    return f"portico, {size:,} services"


def _text(found: Mapping[str, Sequence[Round]], ours: Sequence[str]) -> str:
    rates = {name: [one.result.rate for one in of] for name, of in found.items()}
    costs = {name: [one.cpu_us for one in of] for name, of in found.items()}
    rows = [_row(name, of, rates, costs) for name, of in found.items()]
    text = f"5 endpoints each, masqueraded; {len(rates[DIRECT])} rounds of 1 s\n\n"
    text += f"{table(HEAD, rows)}\n"
    small, large = ours[0], ours[-1]
    for name in ours:
        text += at_least(f"{name} / direct", middle_ratio(rates, name, DIRECT), LEAST_OF_DIRECT)
    for name in (HAPROXY, NGINX):
        ratio = middle_ratio(rates, large, name)
        text += at_least(f"{large} / {name}", ratio, LEAST_OF_PROXIES)
    growth = middle_ratio(costs, large, small)
    text += verdict(f"CPU of a connection, {large} / {small}", growth, MOST_GROWTH)
    return text + verdict(
        f"connections/s, {small} / {large}", middle_ratio(rates, small, large), MOST_GROWTH
    )


def _row(
    name: str,
    rounds: Sequence[Round],
    rates: Mapping[str, Sequence[float]],
    costs: Mapping[str, Sequence[float]],
) -> list[object]:
    results = [one.result for one in rounds]
    return [
        name,
        spread(rates[name], 0),
        ratio_row(rates, name, DIRECT),
        spread(costs[name], 0),
        f"{median(r.p50 for r in results):,.0f}",
        f"{median(r.p99 for r in results):,.0f}",
        sum(r.errors for r in results),
    ]
