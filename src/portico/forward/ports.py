"""One port to be forwarded, as it was typed: 5000, 8888:5000, :5000, http, unix:/run/db:5432."""

import re
from typing import Final, NamedTuple

from portico.forward.errors import UsageError

UNIX: Final = "unix:"

_NAME: Final = r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*"
"""IANA_SVC_NAME, of at most 15 characters."""

LONGEST_NAME: Final = 15


class Asked(NamedTuple):
    """`local` is a number, 0 for any free one, the path of a socket, or None: as the remote."""

    local: int | str | None
    remote: int | str
    """A number or a name."""

    def __str__(self) -> str:
        return str(self.remote) if self.local is None else f"{self.local}:{self.remote}"


def parse_port(text: str) -> Asked:
    """Raises UsageError."""
    if text.startswith(UNIX):
        path, colon, remote = text.removeprefix(UNIX).rpartition(":")
        if not colon or not path:
            raise UsageError(f"'{text}' is no unix socket and port", "write unix:/path:5432")
        return Asked(path, _remote(remote))
    parts = text.split(":")
    if len(parts) > 2:
        raise UsageError(
            f"'{text}' has more than one colon",
            "write LOCAL:REMOTE; the local address is said with --address",
        )
    if len(parts) == 1:
        return Asked(None, _remote(text))
    return Asked(_local(parts[0]), _remote(parts[1]))


def looks_like_port(text: str) -> bool:
    """Whether it is a port rather than a TYPE/NAME."""
    return text.startswith(UNIX) or "/" not in text


def _local(text: str) -> int:
    if not text:
        return 0
    number = _number(text)
    if number is None or number > 65535:
        raise UsageError(f"error parsing local port '{text}': it is no number from 0 to 65535")
    return number


def _remote(text: str) -> int | str:
    if not text:
        raise UsageError("remote port cannot be empty", "write LOCAL:REMOTE, or REMOTE alone")
    number = _number(text)
    if number == 0:
        raise UsageError("remote port must be > 0")
    if number is not None:
        if number > 65535:
            raise UsageError(f"error parsing remote port '{text}': it is no number from 1 to 65535")
        return number
    if len(text) > LONGEST_NAME or not re.fullmatch(_NAME, text, re.ASCII):
        raise UsageError(f"'{text}' is neither a port nor the name of one")
    return text


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None
