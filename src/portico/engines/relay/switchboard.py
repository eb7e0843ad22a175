"""Finds out where each client goes, and keeps count of all connections."""

import select
import socket
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from portico.engines.companion.loop import Loop
from portico.engines.relay import choice, proxy_header
from portico.engines.relay.connection import Connection, reset
from portico.engines.relay.dial import Dial
from portico.engines.relay.directions import Directions
from portico.engines.relay.entrance import Entrance
from portico.engines.relay.original import Place, original_destination
from portico.engines.relay.pipes import Pipes
from portico.engines.relay.proxy_header import Ends
from portico.engines.relay.wire import Table

AVOIDED: Final = 5.0
"""Seconds that an endpoint comes last after it did not take a connection."""


class Limits(NamedTuple):
    """Connections at once, and seconds that an endpoint has to take one."""

    connections: int
    connect_timeout: float


class Switchboard:
    """Everything that is going on. Clients are strangers if nobody redirected them here."""

    def __init__(self, loop: Loop, limits: Limits) -> None:
        self.total = self.strangers = self.connects_failed = self.lost = 0
        self._loop = loop
        self._limits = limits
        self._pipes = Pipes()
        self._directions = Directions(Table())
        self._avoided: dict[Place, float] = {}
        self._dials: dict[Dial, float] = {}  # until when; the oldest first
        self._connections: set[Connection] = set()
        self._entrance: Entrance | None = None
        self._bytes_up = self._bytes_down = 0

    @property
    def now(self) -> int:
        """Connections that are open, or about to be."""
        return len(self._connections) + len(self._dials)

    @property
    def bytes_up(self) -> int:
        """From clients to endpoints."""
        return self._bytes_up + sum(each.bytes_up for each in self._connections)

    @property
    def bytes_down(self) -> int:
        return self._bytes_down + sum(each.bytes_down for each in self._connections)

    def follow(self, directions: Directions) -> None:
        """From now on; connections that are open stay as they are."""
        self._directions = directions

    def open(self, listeners: Sequence[socket.socket]) -> None:
        self._entrance = Entrance(listeners, self._loop, self._has_room, self._welcome)

    def close(self) -> None:
        """Take nobody any more. What is open goes on."""
        if self._entrance is not None:
            self._entrance.close()
            self._entrance = None

    def abort(self) -> None:
        """Everything, at once."""
        for dial in list(self._dials):
            dial.abort()
        for connection in list(self._connections):
            connection.abort()

    def next_deadline(self) -> float | None:
        """When to call `look_at_clock`."""
        deadlines = list(self._dials.values())[:1] if self._dials else []
        if self._entrance is not None and self._entrance.opens_at is not None:
            deadlines.append(self._entrance.opens_at)
        return min(deadlines, default=None)

    def look_at_clock(self, now: float) -> None:
        while self._dials:
            dial, until = next(iter(self._dials.items()))
            if until > now:
                break
            dial.expire()
        entrance = self._entrance
        if entrance is not None and entrance.opens_at is not None and entrance.opens_at <= now:
            entrance.open()

    def dialling(self, dial: Dial, server: socket.socket) -> None:
        self._dials[dial] = time.monotonic() + self._limits.connect_timeout
        self._loop.watch(server.fileno(), select.EPOLLOUT, dial)

    def given_up(self, dial: Dial, server: socket.socket | None, endpoint: Place) -> None:
        self._dials.pop(dial, None)
        if server is not None:
            self._loop.dispose(server)
        self.connects_failed += 1
        self._avoided.pop(endpoint, None)
        self._avoided[endpoint] = time.monotonic() + AVOIDED

    def lost_by(self, dial: Dial) -> None:
        self.lost += 1
        self._turn_away(dial.client)

    def connected(self, dial: Dial, server: socket.socket) -> None:
        del self._dials[dial]
        self._loop.forget(server.fileno())
        connection = Connection((dial.client, server), self._loop, self._pipes, self._over)
        self._connections.add(connection)

    def _has_room(self) -> bool:
        return self.now < self._limits.connections

    def _welcome(self, client: socket.socket, address: str, port: int) -> None:
        wanted = original_destination(client)
        target = None if wanted is None else self._directions.target(wanted, address)
        if wanted is None or target is None:
            self.strangers += 1
            self._turn_away(client)
            return
        self.total += 1
        header = proxy_header.render(Ends(address, port, *wanted), target.proxy)
        avoided = self._still_avoided()
        if target.by_source:
            endpoints = choice.for_client(address, target.endpoints, avoided)
        else:
            endpoints = choice.any_of(target.endpoints, avoided)
        Dial(client, header, endpoints, self).start()

    def _still_avoided(self) -> dict[Place, float]:
        now = time.monotonic() if self._avoided else 0
        while self._avoided:
            endpoint, until = next(iter(self._avoided.items()))
            if until > now:
                break
            del self._avoided[endpoint]
        return self._avoided

    def _turn_away(self, client: socket.socket) -> None:
        reset(client)
        self._loop.dispose(client)
        self._go_on()

    def _over(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._bytes_up += connection.bytes_up
        self._bytes_down += connection.bytes_down
        self._go_on()

    def _go_on(self) -> None:
        """There may be room again."""
        if self._entrance is not None and self._has_room():
            self._entrance.open()
