"""A connection that somebody has made to us."""

import socket
from typing import NamedTuple


class Incoming(NamedTuple):
    """Not carried yet."""

    socket: socket.socket
    remote: int | str
    """The port as it was asked for; what is dialled is known when the pod is."""
    address: str
    """Where it came, as 127.0.0.1:8888."""
    local_port: int
    """0 for a unix socket."""
