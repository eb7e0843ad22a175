"""What the engine and the responder say to each other: one JSON line each way."""

import msgspec


class Rule(msgspec.Struct, frozen=True):
    """How much a node is preferred, and on which of its interfaces; none: on all."""

    weight: int = 0
    interfaces: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True):
    """The nodes that may announce; `others` is for every node that is not named. None: may not."""

    nodes: dict[str, Rule] = {}
    others: Rule | None = None


class Announced(msgspec.Struct, frozen=True):
    """An address, what its election is drawn by, and its place in the rules."""

    address: str
    first_address: str
    rules: int


class Table(msgspec.Struct, frozen=True):
    """All that a responder needs to know of the plan."""

    addresses: tuple[Announced, ...] = ()
    rules: tuple[Rules, ...] = ()


class Push(msgspec.Struct, frozen=True, tag="push"):
    """This is the table from now on, and these are the secrets: the first one signs.

    Secrets are base64, in no file of ours, and in no list of processes.
    """

    table: msgspec.Raw
    secrets: tuple[str, ...] = ()


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Only the state is wanted, with `whole` all of it. Whoever asks leads the responder."""

    whole: bool = False


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Hand everything over, and end."""


Request = Push | Ask | Leave


class Neighbour(msgspec.Struct, frozen=True):
    """Another node on a segment, and how many addresses it answers for. Times are in seconds."""

    node: str
    silent: float
    takes_part: bool
    is_led: bool
    is_deaf: bool
    held: int


class Link(msgspec.Struct, frozen=True):
    """One interface. `stage` is `listening`, `active` or `leaving`; `names` are all it goes by."""

    name: str
    stage: str
    names: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    held: tuple[str, ...] = ()
    elsewhere: dict[str, str] = {}
    """Addresses that another node answers for here, as far as it has said so."""

    lost: dict[str, str] = {}
    """Addresses that would be ours here, and who does not let go of them."""


class Count(msgspec.Struct, frozen=True):
    """Of one address, since the process began."""

    requests: int = 0
    responses: int = 0
    gratuitous: int = 0


class State(msgspec.Struct, frozen=True):
    """The answer to every request; links and counts in full only where asked for."""

    pid: int
    build: str
    table: str
    secrets: str
    node: str
    held: int
    interfaces: int
    neighbours: int
    """Other nodes that take part, on whichever interface."""

    takeovers: int
    handovers: int
    forged: int
    malformed: int
    replayed: int
    stalls: int
    conflicts: int
    namesakes: int
    namesake_seconds: float
    """Since another machine with our node's name was heard; negative: never."""

    conflict: str = ""
    """The last address of ours that somebody else announced, by whom and where."""

    conflict_seconds: float = -1.0
    """Since then; negative: never."""

    bugs: int = 0
    links: tuple[Link, ...] = ()
    counts: dict[str, Count] = {}
    unusable: dict[str, str] = {}
    """Interfaces that are not used, and why."""

    error: str = ""


def encode_table(table: Table) -> bytes:
    """Equal tables have equal bytes."""
    return msgspec.json.encode(table, order="deterministic")


def decode_table(encoded: bytes) -> Table:
    """Raises msgspec.DecodeError or ValidationError."""
    return msgspec.json.decode(encoded, type=Table)


def decode_request(line: bytes) -> Request:
    """Raises msgspec.DecodeError or ValidationError."""
    request: Request = msgspec.json.decode(line, type=Request)
    return request


def decode_state(line: bytes) -> State:
    """Raises msgspec.DecodeError or ValidationError."""
    return msgspec.json.decode(line, type=State)
