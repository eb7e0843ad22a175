"""The answer: its head is there, its body comes."""

import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Final

from portico.kube.http.connection import Connection
from portico.kube.http.errors import GarbledError

LONGEST_BODY: Final = 1 << 28
"""Bytes that `read` collects; lists are read in pages, or as they come."""

PIECE: Final = 1 << 20
"""Bytes at most that are unpacked at once."""


class Response:
    """Names of headers are in lower case."""

    def __init__(
        self, code: int, headers: Mapping[str, str], connection: Connection, silence: float
    ) -> None:
        self.code = code
        self.headers = headers
        self._connection = connection
        self._silence = silence

    def chunks(self, silence: float | None = None) -> AsyncIterator[bytes]:
        """The body in pieces of any size, unpacked; `silence` seconds without any are an error.

        To be iterated once, and to the end if the connection is to be kept. Raises UnreachableError
        and its like.
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


class _Plain:
    """An iterator and no generator: nothing has to be tidied up when somebody stops half-way."""

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection = connection
        self._patience = patience

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if part := await self._connection.part(self._patience):
            return part
        raise StopAsyncIteration


class _Unpacked(_Plain):
    def __init__(self, connection: Connection, patience: float) -> None:
        super().__init__(connection, patience)
        self._unpacking = zlib.decompressobj(wbits=31)  # 31 is for gzip
        self._packed = b""

    async def __anext__(self) -> bytes:
        while True:
            if not self._packed:
                self._packed = await super().__anext__()
            try:
                piece = self._unpacking.decompress(self._packed, PIECE)
            except zlib.error as error:
                raise GarbledError(f"the answer cannot be unpacked: {error}") from None
            self._packed = self._unpacking.unconsumed_tail
            if piece:
                return piece
