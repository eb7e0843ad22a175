"""What the kernel would do with connections, read from its own listing of the table; and what the
plan says of them. Written without the engine's own reading, so that one can be held to the other.
"""

import re
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from portico.plan.frontend import Forwarding, Frontend, NodePort
from portico.plan.plan import Plan
from portico.plan.pool import Pool

PLACE = re.compile(r"^\t(?:map|set) (\S+) \{\n(.*?)^\t\}", re.MULTILINE | re.DOTALL)
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132}
MASQUERADES = {"always": "7000:1", "outsiders": "7000:2", "own": "7000:3"}


class Way(NamedTuple):
    """What becomes of connections to one address and port."""

    clients: frozenset[tuple[int, int]] | None
    outside: tuple
    inside: tuple
    masquerade: str


Elements = dict[str, dict[str, str]]


def elements_of(listing: str) -> Elements:
    found: Elements = {}
    for name, body in PLACE.findall(listing):
        inside = re.search(r"elements = \{(.*?)\}", body, re.DOTALL)
        pairs = inside[1].split(",") if inside else []
        found[name] = {
            key.strip(): value.strip()
            for key, _, value in (pair.partition(" : ") for pair in pairs)
        }
    return found


def ways_in_kernel(table: Elements) -> dict[str, Way]:
    found = {}
    for kind, origins in (("frontends", "origins"), ("nodeports", "nodeorigins")):
        for family in "46":
            for key, number in table[f"{kind}{family}"].items():
                masquerade = table[f"{origins}{family}"].get(key, "")
                found[f"{key} ipv{family}"] = _way(table, number, family, masquerade)
    return found


def ways_in_plan(plan: Plan) -> dict[str, Way]:
    found = {}
    for unit in plan.values():
        if not isinstance(unit, Frontend | NodePort):
            continue
        for to in unit.forwardings:
            key = f"{PROTOCOLS[unit.transport]} . {unit.port} {to.family}"
            if isinstance(unit, Frontend):
                key = f"{unit.address} . {key}"
            outside = _planned(plan, to.pool)
            inside = _planned(plan, to.inside) if to.inside else outside
            found[key] = Way(_clients(to), outside, inside, MASQUERADES.get(to.masquerade, ""))
    return found


def _way(table: Elements, number: str, family: str, masquerade: str) -> Way:
    clients = None
    if number.startswith("52"):
        admitted = {
            key.partition(" . ")[2]: value
            for key, value in table[f"admitted{family}"].items()
            if key.partition(" . ")[0] == number
        }
        clients = _joined([_edges(span) for span in admitted])
        if not admitted:
            return Way(clients, (), (), masquerade)
        (number,) = set(admitted.values())
    inside = number
    if number.startswith("51"):
        inside, number = table["shortcuts"][number], table["ways"][number]
    return Way(clients, _pool(table, number, family), _pool(table, inside, family), masquerade)


def _pool(table: Elements, number: str, family: str) -> tuple:
    kind, *rest = table["pools"][number].removeprefix("goto ").split("-")
    if kind == "sticky":
        sticky, size, seconds = rest
        assert sticky == family
        marks = [table["slots"][f"{number} . {slot}"] for slot in range(int(size))]
        seats = [table[f"stuck{family}"][table["alive"][mark]] for mark in marks]
        assert len(set(seats)) == len(seats)
        return ("sticky", int(seconds), frozenset(seats))
    if kind not in ("random", "source"):
        return (kind,)
    lane, size = rest
    places = table[f"{lane[:-1]}endpoints{family}"]
    assert lane[-1] == family
    seats = [places[f"{number} . {slot}"] for slot in range(int(size))]
    if kind == "random":
        assert len(set(seats)) == len(seats)
    return (kind, lane[:-1], frozenset(seats))


def _planned(plan: Plan, key) -> tuple:
    pool = plan[key]
    assert isinstance(pool, Pool)
    seats = frozenset(f"{endpoint.address} . {endpoint.port}" for endpoint in pool.endpoints)
    if not seats:
        return ("refuse" if pool.void == "reject" else "discard",)
    if pool.proxy_protocol:
        return ("relay",)
    if pool.affinity:
        return ("sticky", pool.affinity, seats)
    kind = "source" if pool.pick == "source-hash" else "random"
    return (kind, pool.transport.value, seats)


def _clients(to: Forwarding) -> frozenset[tuple[int, int]] | None:
    if to.sources is None:
        return None
    version = 6 if to.family == "ipv6" else 4
    mine = [network for network in to.sources if network.version == version]
    return _joined([(int(net.network_address), int(net.broadcast_address)) for net in mine])


def _edges(span: str) -> tuple[int, int]:
    if "-" in span:
        first, last = span.split("-")
        return int(ip_address(first)), int(ip_address(last))
    network = ip_network(span)
    return int(network.network_address), int(network.broadcast_address)


def _joined(spans: list[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            start, end = joined.pop()
            joined.append((start, max(last, end)))
        else:
            joined.append((first, last))
    return frozenset(joined)


def without_clients(way: Way) -> Way:
    """Where nobody is let in, it does not matter where to."""
    return Way(way.clients, (), (), way.masquerade) if way.clients == frozenset() else way
