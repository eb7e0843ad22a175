"""The older way: WebSocket messages whose first byte names a channel (`v4.channel.k8s.io`).

For one connection to one port: channel 0 has the bytes, channel 1 what went wrong. Each begins with
the number of the port, two bytes, little endian. There is no end of one direction only.
"""

from collections.abc import Iterator
from typing import Final

from portico.kube.streams.websocket import Payload

BYTES: Final = 0
ERRORS: Final = 1
PORT: Final = 2
"""Bytes of the port at the beginning."""


class ChannelError(ValueError):
    """What came is of no channel that we asked for."""


class Channels:
    """The two of one port."""

    def __init__(self) -> None:
        self._channel: int | None = None
        self._of_port = [PORT, PORT]

    def receive(self, payload: Payload) -> Iterator[tuple[int, memoryview]]:
        """The channel, and what is new in it. Raises ChannelError."""
        content = payload.content
        if payload.starts:
            self._channel = content[0]
            if self._channel not in (BYTES, ERRORS):
                raise ChannelError(f"a message of channel {self._channel}")
            content = content[1:]
        assert self._channel is not None
        skipped = min(self._of_port[self._channel], len(content))
        self._of_port[self._channel] -= skipped
        if len(content) > skipped:
            yield self._channel, content[skipped:]


def message(content: bytes | memoryview) -> bytes:
    """As it goes into a binary frame."""
    return b"".join((bytes([BYTES]), content))
