"""The way to an endpoint: one after another is tried, then the PROXY header is sent."""

import select
import socket
from typing import Protocol

from portico.engines.relay.listening import tune
from portico.engines.relay.original import Place


class Exchange(Protocol):
    """Whoever wants to know how it goes."""

    def dialling(self, dial: "Dial", server: socket.socket) -> None:
        """Tell the dial when the server is there, and `expire` it if that takes too long."""
        ...

    def given_up(self, dial: "Dial", server: socket.socket | None, endpoint: Place) -> None:
        """This endpoint has not taken the connection; the socket, if any, is not needed."""
        ...

    def connected(self, dial: "Dial", server: socket.socket) -> None:
        """The header is sent."""
        ...

    def lost_by(self, dial: "Dial") -> None:
        """Nobody has taken the client."""
        ...


class Dial:
    """A client who waits for a server."""

    __slots__ = ("_endpoint", "_exchange", "_header", "_left", "_server", "client")

    def __init__(
        self, client: socket.socket, header: bytes, endpoints: list[Place], exchange: Exchange
    ) -> None:
        self.client = client
        self._header = header
        self._left = iter(endpoints)
        self._exchange = exchange
        self._endpoint: Place | None = None
        self._server: socket.socket | None = None

    def start(self) -> None:
        """Try the next endpoint, until one does not refuse at once."""
        for endpoint in self._left:
            server = _begin(endpoint)
            if server is not None:
                self._endpoint, self._server = endpoint, server
                self._exchange.dialling(self, server)
                return
            self._exchange.given_up(self, server, endpoint)
        self._exchange.lost_by(self)

    def ready(self, descriptor: int, events: int) -> None:
        assert self._server is not None
        if events & (select.EPOLLERR | select.EPOLLHUP) or not self._greet(self._server):
            self.expire()
        else:
            self._exchange.connected(self, self._server)

    def expire(self) -> None:
        """This endpoint is not the one."""
        self._give_up()
        self.start()

    def abort(self) -> None:
        self._give_up()
        self._exchange.lost_by(self)

    def _give_up(self) -> None:
        assert self._server is not None
        assert self._endpoint is not None
        self._exchange.given_up(self, self._server, self._endpoint)

    def _greet(self, server: socket.socket) -> bool:
        try:
            # What the client has said meanwhile is sent next, and fits into the same packet.
            more = socket.MSG_MORE if _has_spoken(self.client) else 0
            # A new connection has room for more than the longest header.
            return server.send(self._header, more) == len(self._header)
        except OSError:
            return False


def _has_spoken(client: socket.socket) -> bool:
    try:
        return bool(client.recv(1, socket.MSG_PEEK))
    except OSError:  # nothing yet, or it is gone: then reading from it will say so
        return False


def _begin(endpoint: Place) -> socket.socket | None:
    """A socket on its way to the endpoint; None where there is no way."""
    family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
    try:
        server = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    except OSError:  # no descriptors left
        return None
    try:
        tune(server)
        server.connect(endpoint)
    except BlockingIOError:
        pass
    except OSError:
        server.close()
        return None
    return server
