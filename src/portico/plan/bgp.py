"""Sessions with routers, and the routes that they are told.

Both are the same on every node. A node opens the sessions that are its own, and announces over each
what is told there of it: itself, as one next hop of several.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.key import BGP_PEER, BGP_ROUTE, Key, Origin
from portico.plan.transport import Family
from portico.plan.verdict import Refusal

INTERNAL: Final = "internal"
EXTERNAL: Final = "external"


class Password:
    """Of a session. Comparable and hashable, but its repr shows nothing."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Password) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class BfdTimes:
    """How the path to a peer is watched (RFC 5880). Intervals are in milliseconds."""

    transmit: int = 300
    receive: int = 300
    multiplier: int = 3
    passive: bool = False
    minimum_ttl: int = 254


@dataclass(frozen=True, slots=True)
class Nodes:
    """Some nodes by name; `is_open`: every one, where no Node objects say which there are."""

    names: tuple[str, ...] = ()
    is_open: bool = False

    def __contains__(self, node: object) -> bool:
        return self.is_open or node in self.names

    def meets(self, other: "Nodes") -> bool:
        """Whether any node is in both."""
        if self.is_open or other.is_open:
            return bool((self.is_open or self.names) and (other.is_open or other.names))
        return not set(self.names).isdisjoint(other.names)

    def without(self, other: "Nodes") -> "Nodes":
        """Those that are not in the other; nobody, where either means every node there is."""
        if self.is_open or other.is_open:
            return Nodes()
        return Nodes(tuple(name for name in self.names if name not in other))


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """One router, and how some nodes speak to it. Times are in seconds.

    `remote` is an AS number, `internal` or `external`. Without a router id or a source address each
    node has its own. A keepalive or connect time of 0 is what the engine has anyway.
    """

    key: Key
    peer: Ref
    address: str
    local_as: int
    remote: int | str
    nodes: Nodes
    origin: Origin
    port: int = 179
    router_id: str = ""
    source: str = ""
    hold: int = 90
    keepalive: int = 0
    connect: int = 0
    password: Password | None = None
    multihop: bool = False
    families: tuple[Family, ...] = ()
    graceful: int = 0
    """How long the router may keep the routes of a node that crashed; 0: not at all."""

    vrf: str = ""
    passive: bool = False
    listen: int = 0
    bfd: BfdTimes | None = None
    passed_over: tuple[LeftOut, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def is_internal(self) -> bool:
        """Whether the router is in our own AS, as far as that was told."""
        return self.remote in (INTERNAL, self.local_as)


@dataclass(frozen=True, slots=True)
class Telling:
    """Which nodes tell which peers, and with which attributes, by the will of one object.

    Communities are `a:b`, large ones `a:b:c`. A local preference of 0: none is told.
    """

    by: Ref
    nodes: Nodes
    peers: tuple[Key, ...]
    local_pref: int = 0
    communities: tuple[str, ...] = ()
    large: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BgpRoute:
    """One prefix: an address, or what it is aggregated to. Several tellings add up."""

    key: Key
    prefix: str
    services: tuple[Ref, ...]
    tellings: tuple[Telling, ...]
    passed_over: tuple[LeftOut, ...]
    origin: Origin
    refused: tuple[Refusal, ...] = ()

    def told(self, node: str, peer: Key) -> Telling | None:
        """All that one node tells one peer; None: it tells it nothing.

        Communities add up; of several local preferences the first one counts.
        """
        mine = [one for one in self.tellings if peer in one.peers and node in one.nodes]
        if not mine:
            return None
        return Telling(
            mine[0].by,
            Nodes((node,)),
            (peer,),
            next((one.local_pref for one in mine if one.local_pref), 0),
            _united(one.communities for one in mine),
            _united(one.large for one in mine),
        )


def bgp_peer_key(peer: Ref, variant: str = "") -> Key:
    """E.g. `BGPPeer/metallb-system/rack-1`. Where nodes differ in their AS, each is a variant."""
    name = f"{peer.kind}/{peer.namespace}/{peer.name}"
    return Key(BGP_PEER, f"{name}/{variant}" if variant else name)


def bgp_route_key(prefix: str) -> Key:
    """E.g. `192.0.2.7/32`."""
    return Key(BGP_ROUTE, prefix)


def _united(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({each for some in lists for each in some}))
