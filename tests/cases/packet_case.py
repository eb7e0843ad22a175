"""One story of layer 4: what a user applied, and what then becomes of packets.

A folder below `l4/` holds

* `in.yaml`: the manifests;
* `settings.yaml` (may be missing): what differs from the defaults, named as in `Settings`;
* `found.yaml` (may be missing): what Portico found out by itself, `addresses` of pools, `health`,
  `leases` of node ports, `listening`;
* `packets.yaml`: the connections, each with its end;
* `problems.yaml` (may be missing): what is refused, rewritten by --regold.

A row of `packets.yaml`:

    to:     tcp://203.0.113.1:80        # or udp://, sctp://; IPv6 in brackets
    from:   outside                     # see below; `outside` where it is not said
    ends:   [pod-a:8080, pod-b:8080]    # who may get it; in the long run each gets some
                                        # or: rejected, dropped, not served
    sees:   client                      # or: machine. The source address the endpoint sees
    proxy:  2                           # the PROXY protocol in front, with the client's address
    sticky: true                        # one client always gets the same endpoint
    because: [PolicyUnknown]            # what explain tells of claims that were refused there

Two witnesses are asked, explain and real packets, so all stories are told of one little network:

    outside, outside-2       192.0.2.10, .11      2001:db8:1::10, ::11   one namespace
    this-machine             192.0.2.1            2001:db8:1::1          towards the clients
                             10.2.0.1             2001:db8:2::1          towards the pods
    pod-a to pod-d           10.2.0.11 to .14     2001:db8:2::11 to ::14 a namespace each

Every pod has a link of its own to the machine, so that also what pods say to each other passes it.
Everybody's default route leads to the machine, and the machine's to the client, so that packets to
any address at all are sent. This machine is the node `this-node`; 192.0.2.1 and 2001:db8:1::1 are
its primary addresses. With `via: nodeport` the pods play the nodes. On every pod a server answers
at every port of `PacketCase.served`: it tells its own address and port, and whom it sees.

`sees: machine` is this machine's address towards the pods. `sees: client` is the address the
connection started from, which for this-machine may be any of its addresses. `rejected` is a reset
or an ICMP error, at once; `dropped` is no answer at all; `not served` is anything but an answer
of a pod.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import yaml

from cases.found_out import found_out
from cases.network import HOSTS, MACHINE, THIS_MACHINE, TOWARDS_PODS
from portico.compiler.compiler import compile_all
from portico.plan.plan import Plan
from portico.plan.pool import Pool
from portico.plan.transport import Family, Transport, family_of
from portico.settings import Entry, Pick, Room, Settings, Via
from portico.store import Store
from support.manifests import documents, problems_of, store_of

FOLDER: Final = Path(__file__).parent / "l4"

REJECTED, DROPPED, NOT_SERVED = "rejected", "dropped", "not served"


class Served(NamedTuple):
    """Where a server has to answer, for a case to be tried with real packets."""

    transport: Transport
    address: str
    port: int


@dataclass(frozen=True)
class Packet:
    """One row of packets.yaml."""

    to: str
    transport: Transport
    address: str
    port: int
    who: str
    """Who connects: a key of HOSTS."""

    ends: str = ""
    """REJECTED, DROPPED or NOT_SERVED; empty where somebody gets it."""

    endpoints: frozenset[tuple[str, int]] = frozenset()
    sees: frozenset[str] = frozenset()
    """The source addresses that an endpoint may see."""

    proxy: int = 0
    sticky: bool = False
    because: frozenset[str] = frozenset()
    """The codes of claims that were refused at this address and port."""

    def __str__(self) -> str:
        return f"{self.to} from {self.who}"

    @property
    def family(self) -> Family:
        return family_of(self.address)

    @property
    def client(self) -> str:
        """The address it is sent from; this machine may choose another one of its own."""
        return HOSTS[self.who][self.family]


@dataclass(frozen=True)
class PacketCase:
    """A folder, compiled."""

    folder: Path
    settings: Settings
    store: Store = field(repr=False)

    @cached_property
    def plan(self) -> Plan:
        return compile_all(self.store, self.settings)

    @cached_property
    def packets(self) -> list[Packet]:
        return [_packet(row) for row in _rows(self.folder / "packets.yaml")]

    @property
    def problems(self) -> list[dict[str, str]]:
        return [
            {"because": told.because, "object": told.owner, "field": told.field}
            for told in problems_of(self.store, self.plan)
        ]

    @property
    def served(self) -> set[Served]:
        """Where the pods have to answer. Also those who should get nothing: they would tell."""
        wanted = {
            Served(packet.transport, address, port)
            for packet in self.packets
            for address, port in packet.endpoints
        }
        return wanted | {
            Served(unit.transport, endpoint.address, endpoint.port)
            for unit in self.plan.values()
            if isinstance(unit, Pool)
            for endpoint in unit.endpoints
        }


def folders() -> list[Path]:
    """All cases, in order."""
    return sorted(path.parent for path in FOLDER.rglob("packets.yaml"))


def load(folder: Path) -> PacketCase:
    """The case in a folder."""
    found = documents((folder / "in.yaml").read_text(), {})
    store = store_of(found)
    for fact in (MACHINE, *found_out(_mapping(folder / "found.yaml"))):
        store.put(fact)
    return PacketCase(folder, _settings(_mapping(folder / "settings.yaml")), store)


def _settings(told: Mapping[str, Any]) -> Settings:
    read = {
        "rooms": lambda value: frozenset(map(Room, value)),
        "entries": lambda value: frozenset(map(Entry, value)),
        "via": Via,
        "pick": Pick,
        "node_port_range": tuple,
        "node_port_addresses": _networks,
        "load_balancer_addresses": tuple,
        "cluster_cidrs": _networks,
    }
    base = {"rooms": frozenset({Room.L4}), "node_name": "this-node"}
    return Settings(**{**base, **{k: read.get(k, str)(v) for k, v in told.items()}})


def _networks(texts: list[str]) -> tuple[Any, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def _packet(row: Mapping[str, Any]) -> Packet:
    unknown = row.keys() - {"to", "from", "ends", "sees", "proxy", "sticky", "because"}
    assert not unknown, unknown
    parts = urlsplit(row["to"])
    assert parts.hostname, row
    assert parts.port, row
    who, ends, family = row.get("from", "outside"), row["ends"], family_of(parts.hostname)
    gets_there = isinstance(ends, list)
    assert gets_there or ends in (REJECTED, DROPPED, NOT_SERVED), row
    assert gets_there == ("sees" in row), f"{row}: says not whom the endpoint sees"
    return Packet(
        to=row["to"],
        transport=Transport(parts.scheme),
        address=parts.hostname,
        port=parts.port,
        who=who,
        ends="" if gets_there else ends,
        endpoints=frozenset(_endpoint(text, family) for text in ends)
        if gets_there
        else frozenset(),
        sees=_seen(row["sees"], who, family) if gets_there else frozenset(),
        proxy=row.get("proxy", 0),
        sticky=row.get("sticky", False),
        because=frozenset(row.get("because", ())),
    )


def _endpoint(text: str, family: Family) -> tuple[str, int]:
    pod, port = text.split(":")
    return HOSTS[pod][family], int(port)


def _seen(sees: str, who: str, family: Family) -> frozenset[str]:
    assert sees in ("client", "machine"), sees
    if sees == "machine":
        return frozenset({TOWARDS_PODS[family]})
    if who == THIS_MACHINE:
        return frozenset({HOSTS[who][family], TOWARDS_PODS[family]})
    return frozenset({HOSTS[who][family]})


def _mapping(file: Path) -> Mapping[str, Any]:
    return (yaml.safe_load(file.read_text()) or {}) if file.exists() else {}


def _rows(file: Path) -> list[Mapping[str, Any]]:
    return yaml.safe_load(file.read_text())
