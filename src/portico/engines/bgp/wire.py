"""What the engine and the speaker say to each other: one JSON line each way.

Peers and routes are addresses and numbers; no name of any object is in here. The one text is a
password, which goes through a socket that only our own user can open.
"""

import msgspec

from portico.engines.bgp.bfd.talk import Standing


class Bfd(msgspec.Struct, frozen=True, omit_defaults=True):
    """Have the path watched. Intervals are in milliseconds."""

    transmit: int = 300
    receive: int = 300
    multiplier: int = 3
    passive: bool = False
    minimum_ttl: int = 254


class Peer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One session. Times are in seconds.

    `remote` is an AS number, `internal` (ours) or `external` (any). Without `source` the kernel
    chooses. `connect` is the longest pause between two attempts, `graceful` how long the router
    may keep the routes of a speaker that crashed; 0: not at all. `listen` 0: we connect.
    """

    address: str
    local: int
    remote: int | str
    router_id: str
    port: int = 179
    source: str = ""
    hold: int = 90
    keepalive: int = 0
    connect: int = 10
    password: str = ""
    multihop: bool = False
    families: tuple[str, ...] = ()
    graceful: int = 0
    device: str = ""
    passive: bool = False
    listen: int = 0
    bfd: Bfd | None = None

    def __repr__(self) -> str:
        """Without the password: this ends up in tracebacks."""
        return f"Peer({self.address})"

    @property
    def is_external(self) -> bool:
        """Whether it is in another AS: then only neighbours are spoken to, unless `multihop`."""
        return self.remote not in ("internal", self.local)


class Route(msgspec.Struct, frozen=True, omit_defaults=True):
    """One prefix as one peer is told it. `local_pref` None: nothing is said.

    Communities are `a:b`, large ones `a:b:c`. Without `next_hop` it is the address of the session.
    """

    prefix: str
    local_pref: int | None = None
    communities: tuple[str, ...] = ()
    large: tuple[str, ...] = ()
    next_hop: str = ""


class Table(msgspec.Struct, frozen=True):
    """All that is to be true: the peers, and by their addresses the routes they are told."""

    peers: tuple[Peer, ...] = ()
    routes: dict[str, tuple[Route, ...]] = {}


class Push(msgspec.Struct, frozen=True, tag="push"):
    """This is the table from now on."""

    table: Table
    version: str


class Change(msgspec.Struct, frozen=True, tag="change"):
    """Only some routes are others: by peer, what is put and what is dropped.

    Refused where the table is not the one of version `since`.
    """

    since: str
    version: str
    put: dict[str, tuple[Route, ...]]
    drop: dict[str, tuple[str, ...]]


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Only the state is wanted; with `counts`, counters as they are just now."""

    counts: bool = True


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """End. With `withdraw`, every route is taken back first; without, the sessions go on."""

    withdraw: bool


Request = Push | Change | Ask | Leave


class Session(msgspec.Struct, frozen=True):
    """How a session is: `state` is up, down or held (BFD says that the path is dead)."""

    state: str
    reason: str = ""
    prefixes: int = 0
    updates: int = 0
    opens_sent: int = 0
    opens_received: int = 0
    keepalives_sent: int = 0
    keepalives_received: int = 0
    notifications_sent: int = 0
    updates_received: int = 0
    ups: int = 0
    downs: int = 0


class State(msgspec.Struct, frozen=True):
    """The answer to every request. `trouble` is what keeps the routers from knowing it all."""

    pid: int
    build: str
    engine: str
    version: str
    sessions: dict[str, Session]
    watched: dict[str, Standing]
    starts: int = 0
    bugs: int = 0
    trouble: str = ""
    error: str = ""


class Orders(msgspec.Struct, frozen=True):
    """What the speaker is told when it is started. `engine` is exabgp or bird, `bfd` a socket."""

    state: str
    engine: str
    bfd: str
    build: str


def encode_table(table: Table) -> bytes:
    """Equal tables have equal bytes."""
    return msgspec.json.encode(table)


def decode_request(line: bytes) -> Request:
    """Raises msgspec.DecodeError or ValidationError."""
    request: Request = msgspec.json.decode(line, type=Request)
    return request


def decode_state(line: bytes) -> State:
    """Raises msgspec.DecodeError or ValidationError."""
    return msgspec.json.decode(line, type=State)
