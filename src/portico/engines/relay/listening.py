"""Sockets as the relay wants them."""

import contextlib
import errno
import socket
from typing import Final

NO_SUCH_FAMILY: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
"""What a machine without IPv6 says to `::`."""

IDLE: Final = 60
PAUSE: Final = 15
TRIES: Final = 4
"""After a minute of silence four questions, 15 seconds apart: then a peer counts as gone."""


def listeners(port: int, backlog: int, *, shared: bool = False) -> list[socket.socket]:
    """One for each family that this machine has.

    `shared`: a predecessor of the same user may still have the port. Raises OSError.
    """
    with contextlib.ExitStack() as opened:
        found = [opened.enter_context(_listener(socket.AF_INET, port, backlog, shared))]
        try:
            found.append(opened.enter_context(_listener(socket.AF_INET6, port, backlog, shared)))
        except OSError as error:
            if error.errno not in NO_SUCH_FAMILY:
                raise
        opened.pop_all()
    return found


def tune(stream: socket.socket) -> None:
    """Nothing is held back, and a peer that has vanished is noticed.

    What a listener is told, the connections it accepts inherit.
    """
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PAUSE)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, TRIES)


def _listener(
    family: socket.AddressFamily,
    port: int,
    backlog: int,
    shared: bool,  # noqa: FBT001
) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        tune(listener)
        listener.bind(("::" if family == socket.AF_INET6 else "", port))
        listener.listen(backlog)
        listener.settimeout(0)
    except BaseException:
        listener.close()
        raise
    return listener
