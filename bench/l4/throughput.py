"""One TCP stream through the kernel table, beside routing and proxies."""

import json
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from bench.effort import Effort
from bench.figures import spread, table
from bench.l4 import box, manifests, peers
from bench.l4.manifests import EACH, Service
from bench.l4.rounds import DIRECT, alternated, at_least, middle_ratio, ratio_row
from bench.l4.street import PATIENCE, Street, endpoint, street
from bench.l4.subject import install
from bench.room import RoomError
from bench.say import say

PORT: Final = 5201
LEAST_OF_DIRECT: Final = 0.92
PROXIES: Final = (("haproxy", peers.start_haproxy), ("nginx stream", peers.start_nginx))
HEAD: Final = ("path", "Gbit/s", "/ direct", "CPU ms/GB")


class Round(NamedTuple):
    """What arrived, and what the whole machine spent on it."""

    gigabits: float
    cpu_ms: float


def run(effort: Effort) -> str:
    with street() as way:
        asked = _everybody(way, effort.hosts)
        for address in asked.values():
            _wait(way, address)

        def work(name: str) -> Round:
            return _stream(way, asked[name], 1)

        found = alternated(list(asked), work, effort.rounds * effort.seconds)
    return _text(found, _ours_name(effort.hosts))


def _everybody(way: Street, size: int) -> dict[str, str]:
    way.lane(DIRECT)
    way.start("iperf3", way.server, ("iperf3", "-s", "-p", PORT))
    lane = way.lane(_ours_name(size))
    # The last, because nobody looks there first: the control connection and the stream may go to
    # two endpoints of it, and both are the same server.
    asked = Service(size - 1, PORT, lane.service(size - 1), port=PORT)
    install(way, lane, [*manifests.services(lane, size - 1, PORT), asked])
    found = {DIRECT: endpoint(0), lane.name: asked.address}
    for name, start in PROXIES:
        say(f"starting {name}")
        lane = way.lane(name)
        start(way, lane, {PORT: [f"{endpoint(number)}:{PORT}" for number in range(EACH)]})
        found[name] = lane.address
    return found


def _wait(way: Street, address: str) -> None:
    """Until streams get through: a bare connection would puzzle iperf3."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            _stream(way, address, 1)
        except RoomError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _stream(way: Street, address: str, seconds: int) -> Round:
    before = box.busy()
    done = way.run(way.client, ("iperf3", "-c", address, "-p", PORT, "-t", seconds, "-J"))
    spent = box.busy() - before
    told = json.loads(done.stdout)
    if "error" in told:
        raise RoomError(f"iperf3 to {address}: {told['error']}")
    received = told["end"]["sum_received"]
    return Round(received["bits_per_second"] / 1e9, spent * 1e3 / (received["bytes"] / 1e9))


def _ours_name(size: int) -> str:
    return f"portico, {size:,} services"


def _text(found: dict[str, list[Round]], ours: str) -> str:
    rates = {name: [one.gigabits for one in of] for name, of in found.items()}
    rows = [_row(name, of, ratio_row(rates, name, DIRECT)) for name, of in found.items()]
    text = f"one stream; {len(found[DIRECT])} rounds of 1 s\n\n{table(HEAD, rows)}\n"
    ratio = middle_ratio(rates, ours, DIRECT)
    return text + at_least(f"{ours} / direct", ratio, LEAST_OF_DIRECT)


def _row(name: str, rounds: Sequence[Round], ratio: str) -> list[object]:
    rates, costs = [one.gigabits for one in rounds], [one.cpu_ms for one in rounds]
    return [name, spread(rates), ratio, spread(costs, 0)]
