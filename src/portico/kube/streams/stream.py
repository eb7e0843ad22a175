"""A stream to a port, and who receives from it: the pair that asyncio has for connections.

What the two call each other is what `asyncio.Transport` and `asyncio.Protocol` call it, so that a
stream reads like a connection. All of it is for the event loop's thread.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

Buffer = bytes | bytearray | memoryview


class Ending(StrEnum):
    """How it went with one connection."""

    CLEAN = "ended"
    REFUSED = "the pod did not take the connection"
    RESET_BY_POD = "the pod reset the connection"
    RESET_BY_CLIENT = "the client reset the connection"
    TOO_SLOW = "the client read too slowly beside other connections"
    LOST = "lost connection to pod"
    CLOSED = "ended by us"


class End(Struct, frozen=True):
    """`detail` is in the words of whoever ended it, and may be empty."""

    ending: Ending
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.ending}: {self.detail}" if self.detail else str(self.ending)


class Receiver(Protocol):
    """Who has the other end of a stream."""

    def data_received(self, data: Buffer) -> None:
        """The bytes are good during this call only; keep a copy, not the view."""

    def eof_received(self) -> None:
        """The pod says nothing more. It may still listen."""

    def stream_ended(self, end: End) -> None:
        """Once, and nothing afterwards. After CLEAN everything has come."""

    def pause_writing(self) -> None:
        """The way to the pod is full; what is written nevertheless is kept in memory."""

    def resume_writing(self) -> None:
        """It has room again."""


class Stream(Protocol):
    """The way to a port of a pod."""

    def write(self, data: Buffer) -> None:
        """The bytes are taken before this returns. After the end it does nothing."""

    def write_eof(self) -> None:
        """Nothing more will be written; the pod is told (`HalfClose` says when)."""

    def reset(self) -> None:
        """Give it up, both ways. The receiver hears no more of it."""

    def pause_reading(self) -> None:
        """The receiver has enough. A little may still come."""

    def resume_reading(self) -> None:
        """It wants more."""
