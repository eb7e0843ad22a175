"""What the kernel has, in the texts that nft prints."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from portico.engines.nftables.elements import SETS, TABLE
from portico.engines.nftables.libnftables import Libnftables

_MARK: Final = re.compile(r" : 0x([0-9a-f]{8})")


def read(nft: Libnftables, place: str) -> dict[str, str]:
    """All elements of one set or map. Raises NftablesError."""
    kind = "set" if place in SETS else "map"
    return parsed(nft.run(f"list {kind} inet {TABLE} {place}"))


def last_remembered(nft: Libnftables) -> int:
    """The highest number of an endpoint that some client is still remembered with."""
    return max(
        (
            int(mark, 16)
            for family in "46"
            for mark in _MARK.findall(nft.run(f"list map inet {TABLE} affinity{family}"))
        ),
        default=0,
    )


def parsed(listing: str) -> dict[str, str]:
    """Keys and values of one listed set or map."""
    start = listing.find("elements = {")
    if start < 0:
        return {}
    inside = listing[start + len("elements = {") : listing.index("}", start)]
    return dict(_pairs(inside.split(",")))


def _pairs(elements: Iterable[str]) -> Iterator[tuple[str, str]]:
    for element in elements:
        key, _, value = element.partition(" : ")
        yield key.strip(), value.rstrip()
