"""What the engine and the relay say to each other: one JSON line each way.

The same table is on disk (`table.json`): a relay starts from it, whoever starts it.
"""

import msgspec


class Pool(msgspec.Struct, frozen=True):
    """Endpoints as address and port; `proxy` is the version of the PROXY protocol."""

    endpoints: tuple[tuple[str, int], ...]
    proxy: int
    by_source: bool = False


class Door(msgspec.Struct, frozen=True):
    """Where clients connect: a frontend, or a node port of one family (then no address).

    `inside` is the pool for clients on this machine or in pods, where it is another one.
    """

    address: str
    port: int
    is_ipv6: bool
    pool: str
    inside: str = ""


class Table(msgspec.Struct, frozen=True):
    """All that a relay needs to know. `near` are the networks that are inside."""

    pools: dict[str, Pool] = {}
    doors: tuple[Door, ...] = ()
    near: tuple[str, ...] = ()


class Push(msgspec.Struct, frozen=True, tag="push"):
    """This is the table from now on."""

    table: msgspec.Raw


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Only the state is wanted."""


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Take no more connections, and end with the last one, or after so many seconds."""

    grace: float


Request = Push | Ask | Leave


class State(msgspec.Struct, frozen=True):
    """The answer to every request. `table` is the version of the table, `build` of the program."""

    pid: int
    build: str
    table: str
    connections: int
    connections_total: int
    strangers: int
    connects_failed: int
    lost: int
    bytes_up: int
    bytes_down: int
    bugs: int = 0
    error: str = ""


def encode_table(table: Table) -> bytes:
    """Equal tables have equal bytes."""
    return msgspec.json.encode(table)


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
