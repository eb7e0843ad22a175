"""Who announces an address: every node computes the same, so none has to ask.

The order is MetalLB's: the highest weight, then the smallest SHA-256 of the node's name, `#` and
the first address of the Service. Whoever comes from there keeps every address where it is; OpenELB
takes the same hash.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

REMEMBERED: Final = 1 << 17


class Candidate(NamedTuple):
    """A node that may announce an address, and how much it is preferred."""

    node: str
    weight: int


def finalists(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """The nodes that nobody is preferred to."""
    found = tuple(candidates)
    most = max((each.weight for each in found), default=0)
    return tuple(each.node for each in found if each.weight == most)


@lru_cache(REMEMBERED)
def draw(nodes: tuple[str, ...], first_address: str) -> str | None:
    """The one of several that drew the smallest lot; None where there is nobody."""
    return min(nodes, key=lambda node: lot(node, first_address), default=None)


@lru_cache(REMEMBERED)
def lot(node: str, first_address: str) -> bytes:
    """What a node drew for an address; the smallest wins."""
    return hashlib.sha256(f"{node}#{first_address}".encode()).digest()
