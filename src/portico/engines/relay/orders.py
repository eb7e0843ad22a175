"""What a relay process is told when it is started: one argument."""

from typing import Final

import msgspec

FILES_EACH: Final = 6
"""Descriptors that a connection can have: two sockets, and a pipe for each stuck direction."""

FILES_ELSE: Final = 256
"""Descriptors for everything else."""

AGES: Final = 7 * 24 * 3600.0
"""Seconds that a relay may take to finish its connections while Portico itself goes on."""


class Orders(msgspec.Struct, frozen=True):
    """`build` says which program with which orders this is; a relay only repeats it."""

    state: str
    port: int
    connections: int
    connect_timeout: float
    grace: float
    build: str
