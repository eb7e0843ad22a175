"""Which form a cluster speaks, kept between runs, so that the failing try is made once a week only.

The file names no cluster: what stands in it are hashes of the servers' URLs.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from portico.kube.streams.forms import Form
from portico.lib.atomic_file import write_atomic
from portico.lib.clock import now

MOST: Final = 64
"""Clusters; the one that was learned first is forgotten first."""

LONGEST: Final = 7 * 24 * 3600.0
"""Seconds, and then everything is tried again: clusters are upgraded."""

LARGEST_FILE: Final = 1 << 16


def usual_file(environ: Mapping[str, str] = os.environ) -> Path:
    """In the user's cache folder (XDG Base Directory)."""
    folder = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder, "portico", "forward-forms.json")


class Remembered:
    """No file: nothing is kept. A file that cannot be used costs the time it would have saved."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def form(self, server: str) -> Form | None:
        """The one that worked for this URL."""
        form, learned_at = self._entries().get(_key(server), ("", 0.0))
        is_known = form in list(Form) and 0 <= now() - learned_at < LONGEST
        return Form(form) if is_known else None

    def remember(self, server: str, form: Form) -> None:
        if not self._file or self.form(server) is form:
            return
        entries = self._entries()
        entries.pop(_key(server), None)
        entries[_key(server)] = (form, now())
        kept = dict(sorted(entries.items(), key=lambda entry: -entry[1][1])[:MOST])
        with suppress(OSError):  # a home that cannot be written is no reason not to forward
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomic(self._file, json.dumps(kept).encode(), mode=0o600)

    def _entries(self) -> dict[str, tuple[str, float]]:
        """What is in the file, as far as it is what we would write."""
        if not self._file:
            return {}
        try:
            with self._file.open("rb") as file:
                found = json.loads(file.read(LARGEST_FILE))
        except (OSError, ValueError):
            return {}
        entries: dict[str, tuple[str, float]] = {}
        for key, entry in found.items() if isinstance(found, dict) else ():
            match entry:
                case [str(form), float(learned_at)]:
                    entries[key] = (form, learned_at)
                case _:
                    pass
        return entries


def _key(server: str) -> str:
    return hashlib.sha256(server.encode()).hexdigest()[:32]
