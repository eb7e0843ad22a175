"""What the BFD process and its client say to each other: JSON lines, on one lasting connection.

The client says which sessions there are to be, all of them each time; the process answers with
their states, and says by itself when one changes. When the client is gone it goes on with what it
was told last.
"""

import msgspec


class Wish(msgspec.Struct, frozen=True):
    """One session. Intervals are in milliseconds; without `local` the kernel chooses.

    `minimum_ttl` is for many hops; for a single one it is always 255 (RFC 5881 section 5).
    """

    peer: str
    local: str = ""
    device: str = ""
    multihop: bool = False
    minimum_ttl: int = 254
    transmit: int = 300
    receive: int = 300
    multiplier: int = 3
    passive: bool = False


class Follow(msgspec.Struct, frozen=True, tag="follow"):
    """These are all sessions from now on."""

    wishes: tuple[Wish, ...]


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Only the state is wanted."""


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Tell the other sides that we stop, and end."""


Request = Follow | Ask | Leave


class Standing(msgspec.Struct, frozen=True):
    """How BFD sees the path to a peer. `detection` is in milliseconds, counters since its start."""

    state: str
    detection: float = 0
    packets_in: int = 0
    packets_out: int = 0
    ups: int = 0
    downs: int = 0
    trouble: str = ""


class State(msgspec.Struct, frozen=True, tag="state"):
    """The answer to every request; sessions by the address of the peer."""

    pid: int
    build: str
    sessions: dict[str, Standing]
    dropped: int
    bugs: int
    error: str = ""


class Turn(msgspec.Struct, frozen=True, tag="turn"):
    """A session has changed."""

    peer: str
    old: str
    new: str
    diagnostic: int
    by_admin: bool = False


Message = State | Turn


class Orders(msgspec.Struct, frozen=True):
    """What the process is told when it is started."""

    state: str
    build: str


def decode_request(line: bytes) -> Request:
    """Raises msgspec.DecodeError or ValidationError."""
    request: Request = msgspec.json.decode(line, type=Request)
    return request


def decode_message(line: bytes) -> Message:
    """Raises msgspec.DecodeError or ValidationError."""
    message: Message = msgspec.json.decode(line, type=Message)
    return message
