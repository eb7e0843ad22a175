"""The last good state of files and objects that are broken now, kept on disk for the next start.

Secrets are among them, so nobody else may read there. A file is named by a hash, so that no name
from outside reaches the disk.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, Generic, TypeVar

from portico.lib.atomic_file import write_atomic
from portico.model.fault import Fault, Place, Severity
from portico.sources.contract import Blame
from portico.sources.folder.files import unreadable

_NAME: Final = re.compile(r"[0-9a-f]{64}")

K = TypeVar("K", bound=Hashable)
"""What is broken or not, e.g. the path of a file."""

T = TypeVar("T")
"""What it said."""


class LastGood(Generic[K, T]):
    """In memory while it is good, and on disk while it is not.

    `named` gives what tells one key from all others, `text` what is to be read again. Without a
    folder nothing is kept. Raises OSError where the folder cannot be used.
    """

    def __init__(
        self, folder: Path | None, *, named: Callable[[K], bytes], text: Callable[[T], bytes]
    ) -> None:
        self._folder = folder
        self._named, self._text = named, text
        self._good: dict[K, T] = {}
        self._files: set[str] = set()

    def open(self) -> None:
        """See what an earlier run has left."""
        if self._folder is not None and self._folder.is_dir():
            self._files = {path.name for path in self._folder.iterdir()}
            self._files = {name for name in self._files if _NAME.fullmatch(name)}

    def is_good(self, key: K, said: T) -> None:
        """It is good now, and says this."""
        if self._folder is not None:
            self._good[key] = said
            self._remove(key)

    def is_broken(self, key: K) -> None:
        """It is not good any more; again and again changes nothing."""
        if self._folder is None or (said := self._good.pop(key, None)) is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = self._name(key)
        write_atomic(self._folder / name, self._text(said))
        self._files.add(name)

    def is_gone(self, key: K) -> None:
        """There is no such thing any more."""
        self._good.pop(key, None)
        self._remove(key)

    def recall(self, key: K) -> bytes | None:
        """What it said when it was good, before this start."""
        if self._folder is None or not self._files or (name := self._name(key)) not in self._files:
            return None
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def sweep(self, keys: Iterable[K]) -> None:
        """Remove all but what belongs to these."""
        if self._files:
            for name in self._files - {self._name(key) for key in keys}:
                self._unlink(name)

    def _remove(self, key: K) -> None:
        # Mostly nothing is broken, and then no name has to be made for each of many thousand.
        if self._files and (name := self._name(key)) in self._files:
            self._unlink(name)

    def _unlink(self, name: str) -> None:
        assert self._folder is not None
        (self._folder / name).unlink(missing_ok=True)
        self._files.discard(name)

    def _name(self, key: K) -> str:
        return sha256(self._named(key)).hexdigest()


def guarded(folder: Path | None, step: Callable[[], None]) -> Iterator[Blame]:
    """What is served does not depend on whether it can be kept for the next start."""
    try:
        step()
    except OSError as error:
        why = unreadable(error)
        reason = f"no last good state can be kept: {why.reason}"
        fault = Fault(Place(str(folder)), None, "", reason, why.hint, Severity.WARNING)
        yield Blame(str(folder), (fault,))
