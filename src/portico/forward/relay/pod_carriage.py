"""Connections to one pod of a cluster."""

import socket
from collections.abc import Callable

from portico.forward.relay.relay import Outcome, Relay
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.streams.forms import Pod
from portico.kube.streams.pod_streams import ROOM, PodStreams
from portico.kube.streams.settings import Settings
from portico.kube.streams.stream import Receiver, Stream


class PodCarriage:
    """Opened once; after it was lost, or closed, it is of no more use."""

    def __init__(
        self,
        client: Client,
        pod: Pod,
        settings: Settings,
        on_lost: Callable[[KubeError], None] = lambda _: None,
    ) -> None:
        self._streams = PodStreams(client, pod, settings, on_lost)
        self._relays: set[Relay] = set()
        self._room = memoryview(bytearray(ROOM))

    async def open(self) -> None:
        """The first session with the pod. Raises KubeError."""
        await self._streams.open()

    def carry(
        self,
        connection: socket.socket,
        port: int,
        on_end: Callable[[Outcome], None],
        on_return: Callable[[], None] | None = None,
    ) -> Relay:
        """Takes the socket, which must not block; `on_end` is called once, whatever happens.

        Or `on_return` is, if nothing has happened to it before the pod was lost: it is the caller's
        again, as it was.
        """

        def ended(outcome: Outcome) -> None:
            self._relays.discard(relay)
            on_end(outcome)

        def returned() -> None:
            self._relays.discard(relay)
            if on_return:
                on_return()

        relay = Relay(connection, self._room, ended, returned if on_return else None)
        self._relays.add(relay)
        relay.start(self._streams.open_stream(port, relay))
        return relay

    def open_stream(self, port: int, receiver: Receiver) -> Stream:
        """Without a socket."""
        return self._streams.open_stream(port, receiver)

    @property
    def lost(self) -> KubeError | None:
        """Why it takes no more connections."""
        return self._streams.lost

    async def close(self) -> None:
        """And whatever it carries."""
        for relay in list(self._relays):
            relay.abort()
        await self._streams.close()
