"""Two sockets and what goes through them, from the first byte to the last."""

import select
import socket
import struct
from collections.abc import Callable
from typing import Final

from portico.engines.companion.loop import Loop
from portico.engines.relay.half import Half
from portico.engines.relay.pipes import Pipes

_IN: Final = select.EPOLLIN
_OUT: Final = select.EPOLLOUT
_ERROR: Final = select.EPOLLERR
_ENDED: Final = select.EPOLLHUP | select.EPOLLERR
_UNWATCHED: Final = -1
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER for no time at all


def reset(stream: socket.socket) -> None:
    """Have the peer notice that this was no orderly end, once the socket is closed."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


class Connection:
    """The ends are the client and the server; `over` is called once, when both have ended."""

    __slots__ = (
        "_client",
        "_client_events",
        "_down",
        "_loop",
        "_over",
        "_server",
        "_server_events",
        "_up",
        "client_descriptor",
    )

    def __init__(
        self,
        ends: tuple[socket.socket, socket.socket],
        loop: Loop,
        pipes: Pipes,
        over: Callable[["Connection"], None],
    ) -> None:
        client, server = self._client, self._server = ends
        self._loop = loop
        self._over = over
        self._up = Half(client, server, pipes)
        self._down = Half(server, client, pipes)
        self.client_descriptor = client.fileno()
        self._client_events = self._server_events = _UNWATCHED
        self._wait()

    @property
    def bytes_up(self) -> int:
        return self._up.moved

    @property
    def bytes_down(self) -> int:
        return self._down.moved

    def ready(self, descriptor: int, events: int) -> None:
        if descriptor == self.client_descriptor:
            outgoing, incoming = self._up, self._down
        else:
            outgoing, incoming = self._down, self._up
        try:
            _go_on(outgoing, incoming, events)
        except OSError:  # broken at one end: so it ends at the other, too
            self.abort()
            return
        if outgoing.is_over and incoming.is_over:
            self._close()
        else:
            self._wait()

    def abort(self) -> None:
        reset(self._client)
        reset(self._server)
        self._close()

    def _wait(self) -> None:
        """For exactly what can go on: whoever is not read from has to wait."""
        wanted = _wanted(self._up, self._down)
        if wanted != self._client_events:
            self._watch(self._client, self._client_events, wanted)
            self._client_events = wanted
        wanted = _wanted(self._down, self._up)
        if wanted != self._server_events:
            self._watch(self._server, self._server_events, wanted)
            self._server_events = wanted

    def _watch(self, stream: socket.socket, before: int, wanted: int) -> None:
        if wanted == _UNWATCHED:
            self._loop.forget(stream.fileno())
        elif before == _UNWATCHED:
            self._loop.watch(stream.fileno(), wanted, self)
        else:
            self._loop.change(stream.fileno(), wanted)

    def _close(self) -> None:
        self._loop.dispose(self._client)
        self._loop.dispose(self._server)
        self._up.drop()
        self._down.drop()
        self._over(self)


def _go_on(outgoing: Half, incoming: Half, events: int) -> None:
    """`outgoing` comes from the socket that something happened to, `incoming` goes to it."""
    if incoming.is_stuck and events & (_OUT | _ENDED):
        incoming.flush()
    if outgoing.is_over or outgoing.is_stuck:
        if events & _ERROR:
            raise ConnectionResetError
    elif events & (_IN | _ENDED):
        outgoing.pull()


def _wanted(outgoing: Half, incoming: Half) -> int:
    """The events of one socket that matter now."""
    events = 0 if outgoing.is_over or outgoing.is_stuck else _IN
    if incoming.is_stuck:
        events |= _OUT
    # A socket that is closed both ways says so all the time, even to those who asked for nothing.
    # Without events, one that is still written to is watched for errors.
    return _UNWATCHED if not events and incoming.is_over else events
