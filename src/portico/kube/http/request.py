"""One question to the API server."""

from typing import Final
from urllib.parse import quote, urlencode

from msgspec import Struct

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""May be asked twice without a thought. A PUT that was carried out would conflict with itself."""


class Patience(Struct, frozen=True):
    """Seconds: to get through to the server, for the head of an answer, between two parts of it."""

    connect: float = 15.0
    answer: float = 60.0
    silence: float = 60.0


class Request(Struct, frozen=True):
    """`path` starts with a slash and is as on the wire, quoted; `query` is quoted here."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Accept", "application/json"),)
    patience: Patience = Patience()

    @property
    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path
