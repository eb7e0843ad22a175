"""Ports that nobody uses."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def free_port() -> int:
    """A port that was free a moment ago, on every address of both families."""
    while True:
        if port := _bound(0):
            return port


def is_free(port: int) -> bool:
    """On every address of both families."""
    return bool(_bound(port))


def _bound(wanted: int) -> int:
    """The port, after a moment on all addresses; 0 where it could not be had."""
    with socket.socket(socket.AF_INET) as v4, socket.socket(socket.AF_INET6) as v6:
        v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            v4.bind(("", wanted))
            port: int = v4.getsockname()[1]
            v6.bind(("::", port))
        except OSError:
            return 0
        return port


@contextmanager
def refusing_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A port where every connection is refused: it is taken, but nobody listens."""
    with socket.socket() as holder:
        holder.bind((address, 0))
        yield holder.getsockname()[1]
