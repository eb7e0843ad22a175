"""What a source remembers over restarts, in a file of the state directory."""

from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from portico.lib.atomic_file import write_atomic
from portico.model.fault import Fault, Place, Severity

T = TypeVar("T")

ASIDE: Final = ".broken"
"""What the name of a file that cannot be read gets at its end."""


class Words(NamedTuple):
    """How people are told of a record: what it holds, and what its loss means."""

    what: str
    if_lost: str
    if_unwritten: str


class Found(NamedTuple, Generic[T]):
    """What the file says, if anything; the faults say what is wrong with it."""

    document: T | None
    faults: tuple[Fault, ...] = ()


def read_record(path: Path, kind: type[T], words: Words) -> Found[T]:
    """A file that says nothing is put aside, for whoever wants to mend it."""
    try:
        return Found(msgspec.json.decode(path.read_bytes(), type=kind))
    except FileNotFoundError:
        return Found(None)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        return Found(None, (_fault(path, words, reason, "see --state-dir"),))
    except msgspec.DecodeError as error:  # a ValidationError is one, too
        return Found(None, (_put_aside(path, words, str(error)),))
    except UnicodeDecodeError:
        return Found(None, (_put_aside(path, words, "it is not UTF-8"),))


def write_record(path: Path, document: object, words: Words) -> tuple[Fault, ...]:
    """Replace the file; the faults say why that was not possible."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        write_atomic(path, text + b"\n")
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        return (_fault(path, words, reason, f"{words.if_unwritten}; see --state-dir"),)
    return ()


def _put_aside(path: Path, words: Words, why: str) -> Fault:
    aside = path.with_name(path.name + ASIDE)
    try:
        path.replace(aside)
    except OSError as error:
        return _fault(path, words, f"holds no leases ({why}): {error.strerror}", "remove it")
    hint = f"kept as {aside.name}; {words.if_lost} unless you mend it and restart"
    return _fault(path, words, f"held no leases ({why})", hint)


def _fault(path: Path, words: Words, reason: str, hint: str) -> Fault:
    return Fault(Place(str(path)), None, "", f"{words.what}: {reason}", hint, Severity.WARNING)
