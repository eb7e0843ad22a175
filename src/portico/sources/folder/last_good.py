"""The last good text of files that are broken now, kept on disk for the next start.

Secrets are among them, so nobody else may read there. A file is named by the hash of its path, so
that no name from outside reaches the disk.
"""

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from portico.lib.atomic_file import write_atomic

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class LastGood:
    """Texts in memory while their files are good, and on disk while they are not.

    Without a folder nothing is kept. Raises OSError where the folder cannot be used.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._texts: dict[str, bytes] = {}
        self._names: set[str] = set()

    def open(self) -> None:
        """See what an earlier run has left."""
        if self._folder is not None and self._folder.is_dir():
            self._names = {path.name for path in self._folder.iterdir()}
            self._names = {name for name in self._names if _NAME.fullmatch(name)}

    def is_good(self, path: str, text: bytes) -> None:
        """The file is good now, and this is its text."""
        if self._folder is not None:
            self._texts[path] = text
            self._remove(_name(path))

    def is_broken(self, path: str) -> None:
        """The file is not good any more; again and again changes nothing."""
        if self._folder is None or (text := self._texts.pop(path, None)) is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = _name(path)
        write_atomic(self._folder / name, text)
        self._names.add(name)

    def is_gone(self, path: str) -> None:
        """There is no such file any more."""
        self._texts.pop(path, None)
        self._remove(_name(path))

    def recall(self, path: str) -> bytes | None:
        """What the file held when it was good, before this start."""
        if self._folder is None or (name := _name(path)) not in self._names:
            return None
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def sweep(self, paths: Iterable[str]) -> None:
        """Remove all but what belongs to these files."""
        if self._names:
            for name in self._names - {_name(path) for path in paths}:
                self._remove(name)

    def _remove(self, name: str) -> None:
        if self._folder is not None and name in self._names:
            (self._folder / name).unlink(missing_ok=True)
            self._names.discard(name)


def _name(path: str) -> str:
    return sha256(os.fsencode(Path(path).absolute())).hexdigest()
