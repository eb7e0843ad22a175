"""Who announces which address, as this node sees it now. No unit: it changes without any plan."""

from collections.abc import Mapping
from typing import NamedTuple


class Neighbour(NamedTuple):
    """Another node that is heard on an interface; `silent` is for how many seconds it was not."""

    node: str
    silent: float
    takes_part: bool
    is_deaf: bool = False
    """It does not hear us."""


class OnLink(NamedTuple):
    """One interface. `stage` is `listening`, `active` or `leaving`."""

    stage: str
    neighbours: tuple[Neighbour, ...] = ()
    names: tuple[str, ...] = ()
    """What else it is called."""


class Count(NamedTuple):
    """Questions heard for one address, answers, and announcements sent."""

    requests: int = 0
    responses: int = 0
    gratuitous: int = 0


class Announced(NamedTuple):
    """One address. By interface: the node that announces it there, as far as it has said so, and
    the node that does not let go of it though it would be ours.
    """

    owners: Mapping[str, str]
    kept_by: Mapping[str, str] = {}
    counted: Count = Count()

    def interfaces_of(self, node: str) -> list[str]:
        """Where a node announces it."""
        return [interface for interface, owner in self.owners.items() if owner == node]


NOBODY: Announced = Announced({})


class Sight(NamedTuple):
    """All of it. `node` is ours; `unusable` are interfaces that are not used, and why."""

    node: str
    links: Mapping[str, OnLink] = {}
    addresses: Mapping[str, Announced] = {}
    unusable: Mapping[str, str] = {}

    def of(self, address: str) -> Announced:
        return self.addresses.get(address, NOBODY)
