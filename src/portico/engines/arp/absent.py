"""Who would be elected for an address, and does not answer for it.

Nodes may know different plans for long: machines that serve one folder keep a record of given
addresses each, and a node whose Portico is down knows no address that is new. So whoever was
elected and neither asks nor answers is passed over for that address, until it does or ends, or
until the plan says something new of the address.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

PATIENCE: Final = 1.0
"""Seconds between two looks: what nobody answers for at both of them is vacant."""

NOBODY: Final[frozenset[int]] = frozenset()


class Absent:
    """Generations of processes, by the addresses that they seem not to know."""

    def __init__(self) -> None:
        self._by_address: dict[bytes, frozenset[int]] = {}
        self._silent: AbstractSet[bytes] = frozenset()
        self._looks_at = 0.0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._by_address)

    def at(self, address: bytes) -> frozenset[int]:
        """Who is passed over."""
        return self._by_address.get(address, NOBODY)

    def pass_over(self, address: bytes, generation: int) -> None:
        self._by_address[address] = self.at(address) | {generation}

    def is_back(self, generation: int, addresses: Iterable[bytes]) -> None:
        """That process speaks of these."""
        for address in addresses if self._by_address else ():
            if others := self.at(address) - {generation}:
                self._by_address[address] = others
            else:
                self._by_address.pop(address, None)

    def is_gone(self, generation: int) -> None:
        self.is_back(generation, list(self))

    def forget(self, address: bytes) -> None:
        """The plan says something new of it."""
        self._by_address.pop(address, None)

    def is_due(self, now: float) -> bool:
        """Whether to look again, which costs a look at every address."""
        if now < self._looks_at:
            return False
        self._looks_at = now + PATIENCE
        return True

    def vacant(self, silent: AbstractSet[bytes]) -> AbstractSet[bytes]:
        """Of those nobody answers for now: the ones of which that was so at the last look, too."""
        found = self._silent & silent
        self._silent = silent
        return found
