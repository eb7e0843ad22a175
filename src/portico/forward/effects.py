"""What a course asks for, and what a connection's fate is."""

from typing import NamedTuple

from portico.forward.candidates import Candidate
from portico.forward.lines import Key
from portico.forward.told import Told


class Open(NamedTuple):
    """A carriage to this pod."""

    candidate: Candidate


class Close(NamedTuple):
    """The carriage to it, whatever it carries."""

    key: Key


class Carry(NamedTuple):
    """A connection that waits, to an open carriage."""

    connection: int
    key: Key


class Refuse(NamedTuple):
    """A connection that waits, with a reset."""

    connection: int
    reason: str


class Tell(NamedTuple):
    """Whoever looks on."""

    told: Told


Effect = Open | Close | Carry | Refuse | Tell
