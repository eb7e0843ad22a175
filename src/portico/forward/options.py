"""How forwards behave, and what one of them is asked for."""

from enum import Enum
from typing import Final

from msgspec import Struct

from portico.forward.kinds import Target
from portico.forward.lines import Spread
from portico.forward.listen import OnConflict
from portico.forward.places import BOTH, Place
from portico.forward.ports import Asked
from portico.forward.rules import Rules

ALL: Final = 0
"""Pods at a time."""


class Manner(Enum):
    """Whose."""

    OURS = "portico"
    KUBECTL = "kubectl"


class Request(Struct, frozen=True):
    """One target with its ports; without any, all it has. `labels` select pods in its place."""

    target: Target | None
    ports: tuple[Asked, ...]
    namespace: str
    labels: str = ""
    places: tuple[Place, ...] = BOTH
    pods: int = 1
    """At a time; 0 for all there are."""

    takes_undeclared: bool = False
    """Of a headless Service: to the DNS it is its pods, whose ports need not be declared."""

    @property
    def title(self) -> str:
        return str(self.target) if self.target else self.labels


class Options(Struct, frozen=True):
    """Of all forwards of one command. Seconds."""

    running_timeout: float = 60.0
    connect_timeout: float = 10.0
    only_ready: bool = False
    spread: Spread = Spread.LEAST_CONNECTIONS
    on_conflict: OnConflict = OnConflict.FAIL
    ignore_busy: bool = False
    manner: Manner = Manner.OURS
    request_timeout: float = 0.0
    """Of the first question; 0: none."""

    def rules(self, request: Request) -> Rules:
        return Rules(self.connect_timeout, request.pods, self.spread, self.only_ready)
