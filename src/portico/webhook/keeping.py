"""Our own certificates in files: made, renewed in time, and taken up again after a restart.

An authority that is about to be followed by another one vouches once more. So the new one is told
for two months before anything depends on it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from portico.lib.atomic_file import write_atomic
from portico.webhook.authority import (
    Pair,
    is_pair,
    issued,
    merged,
    names_of,
    new_authority,
    span_of,
    vouches,
)
from portico.webhook.shown import Files

AUTHORITY_DAYS: Final = 730
SERVER_DAYS: Final = 90
DAY: Final = 86400.0
MOST: Final = 2
"""Authorities of ours that are told at a time."""


class Keeping:
    """A folder that belongs to us alone."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._names = tuple(names)
        self._authority = Files(folder / "ca.crt", folder / "ca.key")
        self.files = Files(folder / "tls.crt", folder / "tls.key")

    def authorities(self) -> bytes:
        """All that may have vouched for what is shown, the newest first. Raises OSError."""
        return self._authority.certificate.read_bytes()

    def renew(self, now: float) -> bool:
        """Make what is missing, worn or broken; whether anything was made. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority = _read(self._authority)
        if authority is not None and not span_of(authority.certificate).is_worn(now):
            return self._renew_server(authority, now)
        if authority is not None and span_of(authority.certificate).end > now + SERVER_DAYS * DAY:
            self._issue(authority, now)
        self._renew_server(self._followed(authority, now), now)
        return True

    def _followed(self, old: Pair | None, now: float) -> Pair:
        """A new authority; the old one is still told."""
        new = new_authority(now, AUTHORITY_DAYS)
        told = merged(new.certificate, old.certificate if old else b"", now, MOST)
        pair = Pair(told, new.key)
        _write(self._authority, pair)
        return pair

    def _renew_server(self, authority: Pair, now: float) -> bool:
        server = _read(self.files)
        if server is not None and self._is_good(server, authority, now):
            return False
        self._issue(authority, now)
        return True

    def _issue(self, authority: Pair, now: float) -> None:
        _write(self.files, issued(authority, self._names, now, SERVER_DAYS))

    def _is_good(self, server: Pair, authority: Pair, now: float) -> bool:
        return (
            not span_of(server.certificate).is_worn(now)
            and names_of(server.certificate) == self._names
            and vouches(authority.certificate, server.certificate)
        )


def _read(files: Files) -> Pair | None:
    """None where there is none, or the two do not fit: somebody was ended between them."""
    try:
        pair = Pair(files.certificate.read_bytes(), files.key.read_bytes())
        return pair if is_pair(pair) else None
    except (FileNotFoundError, ValueError):
        return None


def _write(files: Files, pair: Pair) -> None:
    write_atomic(files.key, pair.key)
    write_atomic(files.certificate, pair.certificate)
