"""What is wrong with something a source read, told to the person who wrote it."""

from enum import StrEnum
from typing import NamedTuple

from portico.model.ref import Ref


class Severity(StrEnum):
    """An error is not served; a warning is served but deserves a look; a note is by design."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(NamedTuple):
    """Where an object was read: a file (or another source's name), and its index in there."""

    file: str
    document: int = 0


class Fault(NamedTuple):
    """A document that could not become a fact. `field` is a path such as `spec.rules[0].host`.

    `line` counts from 1; 0 says that it is to be looked up from the field when somebody asks.
    """

    place: Place
    ref: Ref | None
    field: str
    reason: str
    hint: str
    severity: Severity = Severity.ERROR
    line: int = 0
