"""The addresses that one node has, or wants to have, on one segment."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Asking:
    """Which processes have not let go of an address yet, and until when they are waited for."""

    waiting: set[int]
    until: float
    again: float
    """When those that have not answered are asked once more."""


@dataclass(slots=True)
class Holds:
    """An address is asked for, answered for, or neither; and what is lost is with somebody else."""

    asking: dict[bytes, Asking] = field(default_factory=dict)
    held: dict[bytes, None] = field(default_factory=dict)
    lingering: dict[bytes, float] = field(default_factory=dict)
    """Answered for until somebody asks for it, or until then: by the plan it is another's."""

    lost: dict[bytes, int] = field(default_factory=dict)
    """To which generation: it would be ours, but that one does not let go of it."""

    def __contains__(self, address: bytes) -> bool:
        return address in self.held or address in self.asking

    def drop(self, address: bytes) -> bool:
        """Whether there was anything to drop."""
        is_there = address in self
        self.asking.pop(address, None)
        self.held.pop(address, None)
        self.lingering.pop(address, None)
        return is_there

    def clear(self) -> None:
        self.asking.clear()
        self.held.clear()
        self.lingering.clear()
        self.lost.clear()

    def regain(self, generation: int, addresses: Iterable[bytes] | None = None) -> list[bytes]:
        """What was lost to a process and is free again; without addresses: all of it."""
        found = []
        # What is named twice is regained once.
        for address in list(self.lost) if addresses is None else addresses:
            if self.lost.get(address) == generation:
                del self.lost[address]
                found.append(address)
        return found

    def next_deadline(self) -> float | None:
        times = [min(one.until, one.again) for one in self.asking.values()]
        return min((*times, *self.lingering.values()), default=None)
