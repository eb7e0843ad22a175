"""Ports for servers that are stopped and started again."""

import os
import random
import socket
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

LOWEST = 10_000


def free_ports(count: int) -> list[int]:
    """Ports that nobody has, on any address of either family.

    Below those the kernel gives to clients: while a server is away, no client may get its port.
    """
    return list(islice(_free(), count))


def _free() -> Iterator[int]:
    clients = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    # Tests run side by side: each process draws in an order of its own.
    drawn = random.Random(os.urandom(16))
    seen: set[int] = set()
    while True:
        port = drawn.randrange(LOWEST, int(clients[0]))
        if port not in seen and is_free(port):
            yield port
        seen.add(port)


def is_free(port: int) -> bool:
    """Whether a server could have it now."""
    for family, everywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        with socket.socket(family) as probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((everywhere, port))
            except OSError:
                return False
    return True
