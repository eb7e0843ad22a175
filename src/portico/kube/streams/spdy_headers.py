"""The names and values of a SPDY/3.1 frame, packed (draft, 2.6.10).

One stream of zlib for each direction of a session: a block can be read only after all the earlier
ones, so even those that mean nothing to us have to be unpacked.
"""

import struct
import zlib
from collections.abc import Iterable
from typing import Final

from portico.kube.streams.spdy_dictionary import DICTIONARY

LONGEST_BLOCK: Final = 1 << 16
"""Bytes of a block once it is unpacked. Those of port-forward have a hundred."""

Headers = tuple[tuple[bytes, bytes], ...]
"""Names in lower case."""

LEVEL: Final = 1
WINDOW, MEMORY = 15, 4
"""zlib's, as in `zlib.compressobj`. The blocks are short; more would only cost time and room."""


class SpdyError(ValueError):
    """What came is not SPDY/3.1; the session cannot go on."""


class Packer:
    """Our direction."""

    def __init__(self) -> None:
        self._zlib = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY, 0, DICTIONARY)

    def pack(self, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        pairs = list(headers)
        block = [struct.pack("!I", len(pairs))]
        for pair in pairs:
            for text in pair:
                block += (struct.pack("!I", len(text)), text)
        packed = self._zlib.compress(b"".join(block))
        return packed + self._zlib.flush(zlib.Z_SYNC_FLUSH)


class Unpacker:
    """The peer's direction."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(zdict=DICTIONARY)

    def unpack(self, packed: bytes) -> Headers:
        """Raises SpdyError."""
        try:
            block = self._zlib.decompress(packed, LONGEST_BLOCK)
        except zlib.error as error:
            raise SpdyError(f"a header block cannot be unpacked: {error}") from None
        if self._zlib.unconsumed_tail:
            raise SpdyError(f"a header block has more than {LONGEST_BLOCK} bytes")
        return _pairs(block)


def _pairs(block: bytes) -> Headers:
    if not block:
        return ()  # what Go's writer makes of no headers at all, in its first frame
    if len(block) < 4:
        raise SpdyError("a header block ends in the middle")
    count, position, texts = int.from_bytes(block[:4], "big"), 4, list[bytes]()
    if count * 8 > len(block):
        raise SpdyError("a header block has less headers than it says")
    for _ in range(2 * count):
        length = int.from_bytes(block[position : position + 4], "big")
        start, position = position + 4, position + 4 + length
        if position > len(block):
            raise SpdyError("a header block ends in the middle")
        texts.append(block[start:position])
    if position != len(block):
        raise SpdyError("a header block goes on after its last header")
    return tuple(zip(texts[::2], texts[1::2], strict=True))
