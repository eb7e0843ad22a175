"""What every program that forwards all ports of the pod shop-1 has to do, in whichever form."""

import hashlib
import socket

from support.forwarding import Forwarding
from support.kubelet.app import GREETING, content
from support.kubelet.apps import GREETINGS, ORDERS
from support.orders import all_of, connected, exactly, ordered


def the_server_speaks_first(forwarded: Forwarding) -> None:
    with connected(forwarded.local[GREETINGS]) as connection:
        said = GREETING + b"shop-1\n"
        assert exactly(connection, len(said)) == said
        connection.sendall(b"and you?")
        assert exactly(connection, 8) == b"AND YOU?"


def many_bytes_each_way(forwarded: Forwarding) -> None:
    size = 20_000_000
    with ordered(forwarded.local[ORDERS], f"bytes {size}") as connection:
        assert exactly(connection, size) == content(size)
    with ordered(forwarded.local[ORDERS], f"digest {size}") as connection:
        connection.sendall(content(size))
        assert all_of(connection).decode().strip() == hashlib.sha256(content(size)).hexdigest()


def half_close_before_the_answer(forwarded: Forwarding) -> None:
    with ordered(forwarded.local[ORDERS], "bytes 100000") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == content(100_000)
