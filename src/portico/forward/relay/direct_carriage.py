"""Connections to an address that can be reached from here, without a cluster."""

import socket
from collections.abc import Callable

from portico.forward.relay.direct_stream import DirectStream
from portico.forward.relay.relay import Outcome, Relay
from portico.kube.config.errors import KubeError
from portico.kube.streams.pod_streams import ROOM
from portico.kube.streams.stream import Receiver, Stream


class DirectCarriage:
    """To any ports of one address. It is never lost: each connection finds out for itself."""

    lost: KubeError | None = None

    def __init__(self, address: str) -> None:
        self.address = address
        self._relays: set[Relay] = set()
        self._room = memoryview(bytearray(ROOM))

    async def open(self) -> None:
        """There is nothing to be opened."""

    def carry(
        self,
        connection: socket.socket,
        port: int,
        on_end: Callable[[Outcome], None],
        on_return: Callable[[], None] | None = None,
    ) -> Relay:
        """Takes the socket, which must not block; `on_end` is called once, whatever happens."""

        def ended(outcome: Outcome) -> None:
            self._relays.discard(relay)
            on_end(outcome)

        relay = Relay(connection, self._room, ended)
        self._relays.add(relay)
        relay.start(self.open_stream(port, relay))
        return relay

    def open_stream(self, port: int, receiver: Receiver) -> Stream:
        """Without a socket here."""
        return DirectStream(self.address, port, self._room, receiver)

    async def close(self) -> None:
        """And whatever it carries."""
        for relay in list(self._relays):
            relay.abort()
