"""One client, as a process of its own, so that none waits for another's interpreter.

    python -m bench.forward.load KIND PORT [NUMBER ...]

Prints what it measured, as JSON. `pull`, `stall` and `hold` say `ready` and go on until their
standard input ends.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Final

PATIENCE: Final = 3.0
"""Seconds for a small answer."""
ENDLESS: Final = 1 << 40
PAUSE: Final = 0.02


def main() -> None:
    kind, port, *numbers = sys.argv[1:]
    found = KINDS[kind](int(port), *map(int, numbers))
    if found is not None:
        print(json.dumps(found), flush=True)


def down(port: int, count: int, size: int) -> float:
    """Seconds for so many bytes over so many connections at once."""
    return _at_once(count, lambda: _read(port, size // count))


def up(port: int, count: int, size: int) -> float:
    return _at_once(count, lambda: _write(port, size // count))


def first(port: int, count: int) -> list[float]:
    """Milliseconds to the first byte of new connections, one after the other, with pauses."""
    found = []
    for _ in range(count):
        found.append(_asked(port))
        time.sleep(PAUSE)
    return found


def again(port: int, count: int) -> list[float]:
    """Milliseconds of round trips on one connection."""
    found = []
    with _connected(port) as connection:
        for _ in range(count):
            begun = time.monotonic()
            connection.sendall(b"PING\n")
            assert connection.recv(10) == b"pong\n"
            found.append((time.monotonic() - begun) * 1000)
    return found[1:]


def small(port: int, count: int) -> list[float]:
    """The same without pauses, until three have waited in vain."""
    found: list[float] = []
    while len(found) < count and found.count(PATIENCE * 1000) < 3:
        found.append(_asked(port))
    return found


def many(port: int, count: int) -> float:
    """Seconds until so many connections, opened at once, have all been answered."""
    begun = time.monotonic()
    with ExitStack() as stack:
        connections = [stack.enter_context(_connected(port)) for _ in range(count)]
        for connection in connections:
            connection.sendall(b"PING\n")
        for connection in connections:
            connection.settimeout(60)
            assert connection.recv(10) == b"pong\n"
        return time.monotonic() - begun


def pull(port: int) -> None:
    """Read as fast as it comes."""
    with _connected(port) as connection:
        connection.sendall(b"GET %d\n" % ENDLESS)
        room = bytearray(1 << 18)
        threading.Thread(target=_until_told, daemon=True).start()
        while connection.recv_into(room) and threading.active_count() > 1:
            pass


def stall(port: int) -> None:
    """Ask for much and read nothing."""
    with _connected(port) as connection:
        connection.sendall(b"GET %d\n" % ENDLESS)
        _until_told()


def hold(port: int, count: int) -> None:
    """Have so many connections open."""
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(_connected(port))
            connection.settimeout(60)
            connection.sendall(b"PING\n")
            assert connection.recv(10) == b"pong\n"
        _until_told()


KINDS: Final[Mapping[str, Callable[..., Any]]] = {
    "down": down, "up": up, "first": first, "again": again, "small": small, "many": many,
    "pull": pull, "stall": stall, "hold": hold,
}  # fmt: skip


def _until_told() -> None:
    print("ready", flush=True)
    sys.stdin.read()


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _asked(port: int) -> float:
    begun = time.monotonic()
    with _connected(port) as connection:
        connection.settimeout(PATIENCE)
        connection.sendall(b"PING\n")
        try:
            assert connection.recv(10) == b"pong\n"
        except TimeoutError:
            return PATIENCE * 1000
        return (time.monotonic() - begun) * 1000


def _at_once(count: int, work: Callable[[], None]) -> float:
    threads = [threading.Thread(target=work) for _ in range(count)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun


def _read(port: int, left: int) -> None:
    with _connected(port) as connection:
        connection.sendall(b"GET %d\n" % left)
        room = bytearray(1 << 18)
        while left:
            size = connection.recv_into(room)
            assert size
            left -= size


def _write(port: int, left: int) -> None:
    block = bytes(1 << 18)
    with _connected(port) as connection:
        connection.sendall(b"PUT %d\n" % left)
        while left > 0:
            connection.sendall(block[:left])
            left -= len(block)
        assert connection.recv(10) == b"ok\n"


if __name__ == "__main__":
    main()
