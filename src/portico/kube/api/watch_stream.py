"""From the bytes of a watch to its events, however the bytes are cut. No I/O.

A watch is one JSON document per line. Of each, the type is read here, and the object is left as it
came: most objects are decoded once, by who knows what of them is wanted, and some never.
"""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from portico.kube.http.errors import GarbledError
from portico.lib.shorten import shown

LONGEST: Final = 1 << 26
"""Bytes of one event. An API server refuses objects of a twentieth of that."""


class Event(Struct, frozen=True, gc=False):
    """`type` is ADDED, MODIFIED, DELETED, BOOKMARK or ERROR, or what a later version may add."""

    type: str
    object: Raw


_LINES: Final = msgspec.json.Decoder(Event)


class WatchStream:
    """Keeps the beginning of an event until its end has come."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Event]:
        """The events that are whole now. Raises GarbledError; then the stream is of no more use."""
        end = data.rfind(b"\n") + 1
        if not end:
            self._rest += data
            if len(self._rest) > LONGEST:
                raise GarbledError(f"one event of a watch has more than {LONGEST} bytes")
            return []
        whole = bytes(self._rest) + data[:end] if self._rest else data[:end]
        self._rest = bytearray(data[end:])
        try:
            return _LINES.decode_lines(whole)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            start = shown(whole.decode(errors="replace"))
            raise GarbledError(f"a watch told what is no event: {error}: {start}") from None
