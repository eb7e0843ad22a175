"""What proves who asks: a header, a client certificate, or both.

Files are looked at before each use and read again when they have changed: a kubelet swaps a token
by turning a symbolic link, long before the old one ends.
"""

import base64
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from msgspec import Struct

from portico.kube.config.errors import CredentialError

Headers = tuple[tuple[str, str], ...]


class KeyPair(NamedTuple):
    """A client certificate, with those that vouch for it, and its key; in PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "KeyPair(…)"


class Authorization(Protocol):
    """Headers that say who asks."""

    async def headers(self) -> Headers:
        """Raises CredentialError."""
        ...

    async def renew(self, refused: Headers) -> bool:
        """After a 401 to these headers: whether there are others now. Raises CredentialError."""
        ...


class Identity(Protocol):
    """The client certificate that says who asks."""

    async def key_pair(self) -> KeyPair | None:
        """Asked before each handshake. Raises CredentialError."""
        ...


class Known(Struct, frozen=True):
    """Credentials that stay as they are."""

    fixed: Headers = ()
    pair: KeyPair | None = None

    def __repr__(self) -> str:
        return "Known(…)"

    async def headers(self) -> Headers:
        return self.fixed

    async def renew(self, refused: Headers) -> bool:
        return False

    async def key_pair(self) -> KeyPair | None:
        return self.pair


ANONYMOUS: Final = Known()


def bearer(token: str) -> Headers:
    return (("Authorization", f"Bearer {token}"),)


def basic(user: str, password: str) -> Headers:
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return (("Authorization", f"Basic {encoded}"),)


_Stamp = tuple[int, int, int]


class FileToken:
    """A token in a file; the last one that could be read counts, at first `token`."""

    def __init__(self, path: Path, token: str = "") -> None:
        self._path = path
        self._token = token
        self._stamp: _Stamp | None = None

    async def headers(self) -> Headers:
        # A look takes a microsecond where such files are kept; a thread would take a hundred.
        self._look()
        return bearer(self._token)

    async def renew(self, refused: Headers) -> bool:
        self._stamp = None
        return await self.headers() != refused

    def _look(self) -> None:
        try:
            stamp = _stamp(self._path)
            if stamp == self._stamp:
                return
            token = self._path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            if self._token:
                return  # it may be being replaced right now
            reason = f"the token file {self._path} cannot be read: {_words(error)}"
            raise CredentialError(reason) from None
        if token:
            self._token, self._stamp = token, stamp
        elif not self._token:
            raise CredentialError(f"the token file {self._path} is empty")


class FilePair:
    """A client certificate and its key in files, read again when one of the two changes."""

    def __init__(self, certificate: Path | bytes, key: Path | bytes) -> None:
        self._parts = (certificate, key)
        self._stamps: tuple[_Stamp | None, ...] = ()
        self._pair: KeyPair | None = None

    async def key_pair(self) -> KeyPair | None:
        try:
            stamps = tuple(_stamp(part) if isinstance(part, Path) else None for part in self._parts)
            if stamps != self._stamps:
                self._pair = KeyPair(*map(_content, self._parts))
                self._stamps = stamps
        except OSError as error:
            if self._pair is None:
                told = f"the client certificate {error.filename} cannot be read: {_words(error)}"
                raise CredentialError(told) from None
        return self._pair


def _stamp(path: Path) -> _Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _content(part: Path | bytes) -> bytes:
    return part.read_bytes() if isinstance(part, Path) else part


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
