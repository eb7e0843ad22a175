"""The numbers of a table that is there already, found from the plan and its elements: pure.

What the kernel says of a frontend tells the number of its pool. So a restart keeps all numbers, and
what has not changed meanwhile is not sent again.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from portico.engines.nftables.elements import Elements, entrance, number
from portico.engines.nftables.numbers import FORK, GATE, POOL, ROOM, Entrance, Known
from portico.engines.nftables.seats import Seat
from portico.plan.frontend import Forwarding, Frontend, NodePort
from portico.plan.key import Key
from portico.plan.plan import Plan

Owner = TypeVar("Owner")


def known_numbers(plan: Plan, kernel: Elements, last_remembered: int) -> Known:
    """Numbers to go on with. Where the kernel contradicts itself, the first word counts."""
    finder = _Finder(kernel)
    for owner, forwarding, text in _entrances(plan, kernel):
        finder.follow(owner, forwarding, text)
    keys = {number(value): key for key, value in finder.pools.items()}
    alive = [int(mark, 16) for mark in kernel["alive"]]
    return Known(
        finder.pools,
        finder.forks,
        finder.gates,
        _seats(kernel, keys),
        _stuck(kernel, keys),
        max([last_remembered, *alive]),
    )


class _Finder:
    """Follows numbers from entrances to pools, as a packet would."""

    def __init__(self, kernel: Elements) -> None:
        self._kernel = kernel
        self._beyond = {
            key.partition(" . ")[0]: value
            for family in "46"
            for key, value in kernel[f"admitted{family}"].items()
        }
        self.pools: dict[Key, int] = {}
        self.forks: dict[Entrance, int] = {}
        self.gates: dict[Entrance, int] = {}
        self._taken: set[int] = set()

    def follow(self, owner: Entrance, forwarding: Forwarding, text: str) -> None:
        if _is_kind(GATE, text):
            self._keep(self.gates, owner, text)
            text = self._beyond.get(text, "")
        if _is_kind(FORK, text):
            self._keep(self.forks, owner, text)
            inside = self._kernel["shortcuts"].get(text, "")
            if forwarding.inside is not None and _is_kind(POOL, inside):
                self._keep(self.pools, forwarding.inside, inside)
            text = self._kernel["ways"].get(text, "")
        if _is_kind(POOL, text):
            self._keep(self.pools, forwarding.pool, text)

    def _keep(self, numbers: dict[Owner, int], owner: Owner, text: str) -> None:
        value = number_of(text)
        if owner not in numbers and value not in self._taken:
            numbers[owner] = value
            self._taken.add(value)


def number_of(text: str) -> int:
    """The number that nft writes as `5000:7`."""
    high, _, low = text.partition(":")
    return (int(high, 16) << 16) | int(low, 16)


def _is_kind(base: int, text: str) -> bool:
    return ":" in text and base < number_of(text) < base + ROOM


def _entrances(plan: Plan, kernel: Elements) -> Iterable[tuple[Entrance, Forwarding, str]]:
    """Every entrance of the plan that the kernel knows, and the number it has for it."""
    for unit in plan.values():
        if not isinstance(unit, Frontend | NodePort):
            continue
        for forwarding in unit.forwardings:
            place, _, key = entrance(unit, forwarding.family)
            text = kernel[place].get(key)
            if text is not None:
                yield Entrance(unit.key, forwarding.family), forwarding, text


def _seats(kernel: Elements, keys: Mapping[str, Key]) -> dict[Key, list[Seat | None]]:
    """Who has which slot; the slots of a source hash are too many to be seats, and harmless."""
    found: dict[Key, list[Seat | None]] = {}
    endpoints = [pair for place in kernel if "endpoints" in place for pair in kernel[place].items()]
    stuck = kernel["stuck4"] | kernel["stuck6"]
    for slot, mark in kernel["slots"].items():
        endpoints.append((slot, stuck.get(kernel["alive"].get(mark, ""), "")))
    for place, seat in endpoints:
        pool, _, slot = place.partition(" . ")
        key = keys.get(pool)
        if key is None or not seat:
            continue
        seats = found.setdefault(key, [])
        seats.extend([None] * (int(slot) + 1 - len(seats)))
        seats[int(slot)] = _seat(seat)
    return found


def _stuck(kernel: Elements, keys: Mapping[str, Key]) -> dict[Key, dict[Seat, int]]:
    addresses = kernel["stuck4"] | kernel["stuck6"]
    found: dict[Key, dict[Seat, int]] = {}
    for place, mark in kernel["slots"].items():
        key = keys.get(place.partition(" . ")[0])
        address = addresses.get(kernel["alive"].get(mark, ""))
        if key is not None and address is not None:
            found.setdefault(key, {})[_seat(address)] = int(mark, 16)
    return found


def _seat(text: str) -> Seat:
    address, _, port = text.partition(" . ")
    return Seat(address, int(port))
