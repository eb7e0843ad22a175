"""What every source says, whatever it reads from."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from portico.model.fact import Fact
from portico.model.fault import Fault, Place
from portico.model.ref import Ref


class Put(NamedTuple):
    """This object is so now."""

    fact: Fact
    place: Place | None = None


class Drop(NamedTuple):
    """This object is gone."""

    ref: Ref


class Blame(NamedTuple):
    """All that is wrong with one file now; nothing, where all is well again."""

    file: str
    faults: tuple[Fault, ...]


class Synced(NamedTuple):
    """Everything that existed when the source started has been reported."""

    source: str


class Troubled(NamedTuple):
    """Why a source cannot tell what is new; empty where it can again. What it told stays."""

    source: str
    reason: str


Event = Put | Drop | Blame | Synced | Troubled


class Source(Protocol):
    """Reports what is, then what changes; never ends by itself unless there is nothing to watch."""

    name: str

    def events(self) -> AsyncIterator[Sequence[Event]]:
        """Events that belong together come together, and reach traffic together."""
        ...
