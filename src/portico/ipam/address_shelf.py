"""The addresses of one pool and family, in the order in which they are given away.

That is: from the first address of the first range on, and what was given back comes first again.
Nothing is counted through twice: all that lies before the frontier is taken, or was given back.
"""

import heapq
from bisect import bisect_right
from collections.abc import Callable

from portico.ipam.address_pools import is_buggy
from portico.plan.address_pool import AddressPool
from portico.plan.transport import Family

Place = tuple[int, int]
"""Which of the ranges, and the address: in this order they are given away."""


class Shelf:
    """`is_taken` says whether somebody has an address."""

    def __init__(self, pool: AddressPool, family: Family, is_taken: Callable[[int], bool]) -> None:
        is_v6 = family is Family.IPV6
        self._ranges = [each for each in pool.ranges if each.is_v6 == is_v6]
        self._by_first = sorted((each.first, n) for n, each in enumerate(self._ranges))
        self._avoids_buggy = pool.avoids_buggy
        self._is_taken = is_taken
        self._returned: list[Place] = []
        self._frontier: Place = (0, self._ranges[0].first) if self._ranges else (0, 0)

    def __bool__(self) -> bool:
        """Whether there is any address of the family, taken or not."""
        return bool(self._ranges)

    def first_free(self) -> int | None:
        """The next one to be given away."""
        while self._returned:
            if not self._is_taken(self._returned[0][1]):
                return self._returned[0][1]
            heapq.heappop(self._returned)
        index, number = self._frontier
        while index < len(self._ranges):
            if number > self._ranges[index].last:
                index += 1
                number = self._ranges[index].first if index < len(self._ranges) else 0
            elif self._is_taken(number) or (self._avoids_buggy and is_buggy(number)):
                number += 1
            else:
                self._frontier = (index, number)
                return number
        self._frontier = (index, 0)
        return None

    def give_back(self, number: int) -> None:
        """Nobody has the address any more."""
        place = self.place(number)
        if place < self._frontier:
            heapq.heappush(self._returned, place)

    def place(self, number: int) -> Place:
        """Of one of its addresses."""
        at = bisect_right(self._by_first, (number, len(self._ranges))) - 1
        return self._by_first[at][1], number


def comes_first(one: int | None, other: int | None, shelf: Shelf) -> int | None:
    """Whichever of two addresses is given away earlier."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=shelf.place)
