"""The way to one pod, as far as this package knows it; `relay` has the ways there are."""

import socket
from collections.abc import Callable
from typing import Protocol

from portico.forward.candidates import Candidate
from portico.forward.relay.relay import Outcome, Relay
from portico.kube.config.errors import KubeError

OnEnd = Callable[[Outcome], None]
OnLost = Callable[[KubeError], None]


class Carriage(Protocol):
    """Opened once; after it was lost, or closed, it is of no more use."""

    async def open(self) -> None:
        """Raises KubeError."""

    def carry(
        self,
        connection: socket.socket,
        port: int,
        on_end: OnEnd,
        on_return: Callable[[], None] | None = None,
    ) -> Relay:
        """Takes the socket, which must not block; `on_end` is called once, whatever happens.

        Or `on_return` is, if it could not be carried and is as it was.
        """

    async def close(self) -> None:
        """And whatever it carries."""


Carriages = Callable[[Candidate, OnLost], Carriage]
"""Makes one for a pod; `OnLost` is called once, if it ends without having been closed."""
