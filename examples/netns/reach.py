"""Clients: one connection from a space, and what became of it."""

import errno
import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from examples.netns.network import Space

PATIENCE: Final = 5.0
SHORT: Final = 0.5
"""Enough to believe that nobody will answer; a SYN is only sent again after a second."""


@dataclass(frozen=True)
class Reached:
    """What a connection came to.

    `end` is `answered`, or why it was not: `refused` (TCP reset, ICMP port unreachable),
    `timeout` (nothing came), `unreachable` (ICMP), or `reset` (it was open, and was cut).
    """

    end: str
    name: str = ""
    """Who answered, as its server was called."""

    source: str = ""
    """The client's address, as the one who answered saw it."""

    source_port: int = 0
    local: str = ""
    """The address where it was answered; only TCP and HTTP servers know."""

    local_port: int = 0
    rest: bytes = b""
    """What was sent, as it came back; with PROXY protocol its header is in front."""

    def __str__(self) -> str:
        return f"{self.name} ({self.source})" if self.end == "answered" else self.end


@dataclass(frozen=True)
class How:
    """How to connect: from where, what to send, and how long to wait."""

    source: str = ""
    source_port: int = 0
    say: bytes = b"hello\n"
    patience: float = PATIENCE


DEFAULT: Final = How()


def reach(space: Space, transport: str, address: str, port: int, how: How = DEFAULT) -> Reached:
    """Connect from a space with tcp or udp, say something, and tell who answered."""
    with client_socket(space, transport, address, how) as made:
        try:
            made.connect((address, port))
            # Not permitted: stopped on its own machine. Only an ICMP error tells no from silence.
            with suppress(PermissionError):
                made.sendall(how.say)
            return _told(made, how.say, stream=transport == "tcp")
        except OSError as error:
            return Reached(end_of(error))


def client_socket(space: Space, transport: str, address: str, how: How = DEFAULT) -> socket.socket:
    """Bound where `how` says, not connected yet."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    made = space.socket(family, kind)
    try:
        made.settimeout(how.patience)
        if how.source or how.source_port:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((how.source, how.source_port))
    except OSError:
        made.close()
        raise
    return made


def end_of(error: OSError) -> str:
    """One word for what went wrong."""
    if isinstance(error, TimeoutError):
        return "timeout"
    names = {
        errno.ECONNREFUSED: "refused",
        errno.ECONNRESET: "reset",
        errno.EHOSTUNREACH: "unreachable",
        errno.ENETUNREACH: "unreachable",
        errno.EACCES: "unreachable",
    }
    return names.get(error.errno or 0, str(error))


def _told(made: socket.socket, said: bytes, *, stream: bool) -> Reached:
    got = made.recv(65536)
    while stream and not got.partition(b"\n")[2].endswith(said):
        more = made.recv(65536)
        if not more:
            return Reached("reset", rest=got)
        got += more
    first, _, rest = got.partition(b"\n")
    return of_greeting(json.loads(first), rest)


def of_greeting(told: dict[str, Any], rest: bytes = b"") -> Reached:
    """What an echo server says."""
    (source, source_port), (local, local_port) = told["peer"], told["local"]
    return Reached("answered", told["name"], source, source_port, local, local_port, rest)
