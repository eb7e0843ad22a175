"""The elements of the table that a unit stands for: pure, from the unit and the numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never

from portico.engines.nftables.networks import canonical, spans
from portico.engines.nftables.numbers import STUCK, Entrance, Numbers
from portico.engines.nftables.seats import rendezvous
from portico.plan.frontend import Forwarding, Frontend, Masquerade, NodePort
from portico.plan.machine import Machine
from portico.plan.pool import Pool, Void
from portico.plan.transport import Family, Transport

TABLE: Final = "portico"

SETS: Final = (
    "nodeaddresses4", "nodeaddresses6", "clusterips4", "clusterips6", "pods4", "pods6",
    "hairpins4", "hairpins6",
)  # fmt: skip
MAPS: Final = (
    "pools", "tcpendpoints4", "tcpendpoints6", "udpendpoints4", "udpendpoints6",
    "sctpendpoints4", "sctpendpoints6", "slots", "alive", "stuck4", "stuck6",
    "shortcuts", "ways", "admitted4", "admitted6",
    "origins4", "origins6", "nodeorigins4", "nodeorigins6",
    "frontends4", "frontends6", "nodeports4", "nodeports6",
)  # fmt: skip
PLACES: Final = SETS + MAPS
"""In this order nothing is led to what is not there yet: entrances come last."""

L4: Final = (Machine, Frontend, NodePort, Pool)
L4Unit = Machine | Frontend | NodePort | Pool

Elements = dict[str, dict[str, str]]
"""Place, key, value; the texts are those that nft prints. Values in sets are empty."""

PROTOCOLS: Final = {Transport.TCP: 6, Transport.UDP: 17, Transport.SCTP: 132}
_MASQUERADES: Final = {
    Masquerade.ALWAYS: "7000:1",
    Masquerade.OUTSIDERS: "7000:2",
    Masquerade.OWN: "7000:3",
}
_VOIDS: Final = {Void.REJECT: "goto refuse", Void.DROP: "goto discard"}


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be deleted and added, place by place. A changed value is in both."""

    deletes: dict[str, list[str]] = field(default_factory=dict)
    adds: Elements = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Elements that differ."""
        gone = sum(
            key not in self.adds.get(place, ())
            for place, keys in self.deletes.items()
            for key in keys
        )
        return gone + sum(len(values) for values in self.adds.values())


def nothing() -> Elements:
    return {place: {} for place in PLACES}


def change(old: Elements, new: Elements) -> Change:
    """What leads from one state of (a part of) the table to another."""
    deletes: dict[str, list[str]] = {}
    adds: Elements = {}
    for place in PLACES:
        before, after = old.get(place, {}), new.get(place, {})
        if before == after:
            continue
        added = dict(after.items() - before.items()) if before else after
        gone = [key for key, value in before.items() if after.get(key) != value]
        if gone:
            deletes[place] = gone
        if added:
            adds[place] = added
    return Change(deletes, adds)


def number(value: int) -> str:
    """A number as nft writes priorities."""
    return f"{value >> 16:x}:{value & 0xFFFF:x}"


def has_fork(forwarding: Forwarding) -> bool:
    """Whether it matters where a connection comes from."""
    return forwarding.inside is not None and forwarding.inside != forwarding.pool


def entrance(unit: Frontend | NodePort, family: Family) -> tuple[str, str, str]:
    """Where connections come in, where it is said who is masqueraded, and the key in both."""
    key, version = f"{PROTOCOLS[unit.transport]} . {unit.port}", digit(family)
    if isinstance(unit, NodePort):
        return f"nodeports{version}", f"nodeorigins{version}", key
    return f"frontends{version}", f"origins{version}", f"{canonical(unit.address)} . {key}"


class Writer:
    """Writes elements of units into `into`. Asking for numbers gives them to who has none."""

    def __init__(self, numbers: Numbers, into: Elements, *, relay: bool) -> None:
        self._numbers = numbers
        self._into = into
        self._relay = relay

    def write(self, unit: L4Unit) -> None:
        """The elements that are this unit's alone; see `shared` for the others."""
        match unit:
            case Pool():
                self._pool(unit)
            case Frontend() | NodePort():
                self._entrances(unit)
            case Machine():
                self._machine(unit)
            case _:
                assert_never(unit)

    def _machine(self, unit: Machine) -> None:
        for address in unit.node_port_addresses:
            self._into[f"nodeaddresses{_version(address)}"][canonical(address)] = ""
        for version in (4, 6):
            for span in spans(unit.pods, version):
                self._into[f"pods{version}"][span] = ""

    def _entrances(self, unit: Frontend | NodePort) -> None:
        for forwarding in unit.forwardings:
            place, origins, key = entrance(unit, forwarding.family)
            self._into[place][key] = self._number(unit, forwarding)
            if forwarding.masquerade is not Masquerade.NEVER:
                self._into[origins][key] = _MASQUERADES[forwarding.masquerade]

    def _number(self, unit: Frontend | NodePort, forwarding: Forwarding) -> str:
        """The number that connections get: the pool's if there is nothing to decide before."""
        numbers, owner = self._numbers, Entrance(unit.key, forwarding.family)
        target = number(numbers.pools.of(forwarding.pool))
        if has_fork(forwarding) and forwarding.inside is not None:
            fork = number(numbers.forks.of(owner))
            self._into["ways"][fork] = target
            self._into["shortcuts"][fork] = number(numbers.pools.of(forwarding.inside))
            target = fork
        if forwarding.sources is not None:
            gate = number(numbers.gates.of(owner))
            version = digit(forwarding.family)
            admitted = self._into[f"admitted{version}"]
            for span in spans(forwarding.sources, version):
                admitted[f"{gate} . {span}"] = target
            target = gate
        return target

    def _pool(self, unit: Pool) -> None:
        pool = number(self._numbers.pools.of(unit.key))
        seats = self._numbers.seats(unit.key)
        verdict = _VOIDS[unit.void]
        if seats and unit.proxy_protocol:
            verdict = "goto relay" if self._relay else "goto refuse"
        elif seats and unit.affinity:
            verdict = self._sticky(unit, pool)
        elif seats:
            verdict = self._plain(unit, pool)
        self._into["pools"][pool] = verdict

    def _plain(self, unit: Pool, pool: str) -> str:
        seats, kind = self._numbers.seats(unit.key), "random"
        places: Iterable[tuple[str, int]] = seats
        if unit.pick == "source-hash":
            places, kind = rendezvous(seats), "source"
        transport, version = unit.transport.value, digit(unit.family)
        endpoints, size = self._into[f"{transport}endpoints{version}"], 0
        for address, port in places:
            endpoints[f"{pool} . {size}"] = f"{canonical(address)} . {port}"
            size += 1
        return f"goto {kind}-{transport}{version}-{size}"

    def _sticky(self, unit: Pool, pool: str) -> str:
        version = digit(unit.family)
        seats, stuck = self._numbers.seats(unit.key), self._numbers.stuck(unit.key)
        into = self._into
        for slot, seat in enumerate(seats):
            mark, name = f"0x{stuck[seat]:08x}", number(STUCK + stuck[seat])
            into["slots"][f"{pool} . {slot}"] = mark
            into["alive"][mark] = name
            into[f"stuck{version}"][name] = f"{canonical(seat.address)} . {seat.port}"
        return f"goto sticky-{version}-{len(seats)}-{unit.affinity}"


def shared(unit: L4Unit) -> Iterator[tuple[str, str]]:
    """Place and key of elements that several units may stand for together."""
    if isinstance(unit, Pool) and not unit.proxy_protocol:
        place = f"hairpins{digit(unit.family)}"
        for address in {endpoint.address for endpoint in unit.endpoints}:
            text = canonical(address)
            yield place, f"{text} . {text}"
    elif isinstance(unit, Frontend) and unit.forwarding and unit.entry == "cluster-ip":
        yield f"clusterips{_version(unit.address)}", canonical(unit.address)


def digit(family: Family) -> int:
    return 6 if family is Family.IPV6 else 4


def _version(address: str) -> int:
    return 6 if ":" in address else 4
