"""The answer: its head is there, its body comes."""

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from portico.kube.http.connection import Connection
from portico.kube.http.errors import GarbledError

LONGEST_BODY: Final = 1 << 28
"""Bytes that `read` collects; lists are read in pages, or as they come."""

PIECE: Final = 1 << 20
"""Bytes at most that are unpacked at once."""


@dataclass(frozen=True, slots=True)
class Response:
    """Names of headers are in lower case."""

    code: int
    headers: Mapping[str, str]
    _connection: Connection
    _silence: float

    def chunks(self, silence: float | None = None) -> AsyncIterator[bytes]:
        """The body in pieces of any size, unpacked; `silence` seconds without any are an error.

        Raises UnreachableError and its like. To be iterated once, and to the end if the connection is
        to be kept.
        """
        patience = self._silence if silence is None else silence
        is_packed = self.headers.get("content-encoding", "").lower() == "gzip"
        kind = _Unpacked if is_packed else _Plain
        return kind(self._connection, patience)

    async def read(self, limit: int = LONGEST_BODY) -> bytes:
        """The whole body. Raises GarbledError where it is longer than the limit."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                raise GarbledError(f"the answer has more than {limit} bytes")
        return bytes(body)


@dataclass(slots=True)
class _Plain:
    """An iterator and no generator: nothing has to be tidied up when somebody stops half-way."""

    _connection: Connection
    _patience: float

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if part := await self._connection.part(self._patience):
            return part
        raise StopAsyncIteration


@dataclass(slots=True)
class _Unpacked(_Plain):
    _unpacking: "zlib._Decompress" = field(default_factory=lambda: zlib.decompressobj(wbits=31))
    _packed: bytes = b""

    async def __anext__(self) -> bytes:
        while True:
            if not self._packed:
                self._packed = await _Plain.__anext__(self)
            try:
                piece = self._unpacking.decompress(self._packed, PIECE)
            except zlib.error as error:
                raise GarbledError(f"the answer cannot be unpacked: {error}") from None
            self._packed = self._unpacking.unconsumed_tail
            if piece:
                return piece
