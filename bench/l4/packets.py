"""The first packet of a connection, timed by one thread that has sockets at both ends.

The kernel carries a packet from one end to the other while the sender is still in its system
call, so no scheduler takes part in what is measured: for UDP from sending to having received, for
TCP from connecting to the answer of the server's kernel.
"""

import gc
import random
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from bench.l4.street import Street

TARGET: Final = 8080
LINGER: Final = struct.pack("ii", 1, 0)
"""Closing is a reset then: nothing waits at either end."""

PATIENCE: Final = struct.pack("ll", 1, 0)


class Way(NamedTuple):
    """Some addresses that are asked at random, all at one port."""

    name: str
    addresses: Sequence[str]
    port: int


class Ends(NamedTuple):
    """The sockets of the server; both take whatever comes to their port."""

    tcp: socket.socket
    udp: socket.socket


Times = Mapping[str, Sequence[list[float]]]
"""Microseconds by way, a list for each round."""

Ask = Callable[[Way, Ends], int]


def listen(street: Street) -> Ends:
    """At every address of the server."""
    ends = Ends(
        street.server.socket(socket.AF_INET, socket.SOCK_STREAM),
        street.server.socket(socket.AF_INET, socket.SOCK_DGRAM),
    )
    for end in ends:
        end.bind(("0.0.0.0", TARGET))
    ends.tcp.listen(1024)
    ends.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, PATIENCE)
    return ends


def received(way: Way, ends: Ends) -> int:
    """Nanoseconds that a datagram takes from a socket that has sent none before."""
    where = random.choice(way.addresses), way.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        begun = time.perf_counter_ns()
        client.sendto(b"first", where)
        ends.udp.recv(16)  # BlockingIOError: lost
        return time.perf_counter_ns() - begun


def connected(way: Way, ends: Ends) -> int:
    """Nanoseconds from a SYN to its answer."""
    where = random.choice(way.addresses), way.port
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        begun = time.perf_counter_ns()
        client.connect(where)
        took = time.perf_counter_ns() - begun
    taken, _ = ends.tcp.accept()
    taken.close()
    return took


def interleaved(
    ways: Sequence[Way], ask: Callable[[Way], int], count: int
) -> dict[str, list[float]]:
    """One round: everybody in turn, in a new order each time."""
    found: dict[str, list[float]] = {way.name: [] for way in ways}
    gc.disable()
    for _ in range(count):
        for way in random.sample(ways, len(ways)):
            found[way.name].append(ask(way) / 1000)
    gc.enable()
    return found
