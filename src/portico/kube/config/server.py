"""The address of an API server."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

PORTS: Final = {"https": 443, "http": 80}


class Server(Struct, frozen=True):
    """`host` is a name or an address, without brackets; `path` is empty or starts with a slash."""

    scheme: str
    host: str
    port: int
    path: str = ""
    user: str = ""
    password: str = ""

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as a Host header wants them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    def __repr__(self) -> str:
        return f"Server({str(self)!r})"  # without the password


class Place(NamedTuple):
    """Where a URL leads, and as whom."""

    host: str
    port: int
    user: str
    password: str


def place_of(url: SplitResult, ports: Mapping[str, int]) -> Place:
    """`ports` are those of the known schemes. Raises ValueError with the reason."""
    if not url.hostname:
        raise ValueError("names no host")
    try:
        port = url.port or ports[url.scheme]
    except ValueError:
        raise ValueError("has a port that is not in 1-65535") from None
    return Place(url.hostname, port, unquote(url.username or ""), unquote(url.password or ""))


def parse_server(text: str, *, scheme: str = "http") -> Server:
    """A URL, or `host:port`, which gets the scheme. Raises ValueError with the reason."""
    url = urlsplit(text if "://" in text else f"{scheme}://{text}")
    if url.scheme not in PORTS:
        raise ValueError(f"has the scheme {url.scheme!r}, which is neither https nor http")
    host, port, user, password = place_of(url, PORTS)
    return Server(url.scheme, host, port, url.path.rstrip("/"), user, password)
