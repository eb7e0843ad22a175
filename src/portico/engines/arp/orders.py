"""What a responder is told when it is started: one argument."""

import msgspec


class Orders(msgspec.Struct, frozen=True):
    """Times are in seconds. `build` says which program with which orders this is."""

    state: str
    node: str
    port: int
    interval: float
    misses: int
    refresh: float
    interfaces: tuple[str, ...]
    """Names, where not all are to be used."""

    excluded: str
    """A regular expression of names that are never used."""

    build: str
