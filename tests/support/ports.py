"""Ports that nobody uses."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def free_port() -> int:
    """A port that was free a moment ago, on every address of both families."""
    while True:
        with socket.socket(socket.AF_INET) as v4, socket.socket(socket.AF_INET6) as v6:
            v4.bind(("", 0))
            port = v4.getsockname()[1]
            v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                v6.bind(("::", port))
            except OSError:
                continue
            return port


@contextmanager
def refusing_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A port where every connection is refused: it is taken, but nobody listens."""
    with socket.socket() as holder:
        holder.bind((address, 0))
        yield holder.getsockname()[1]
