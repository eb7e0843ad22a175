"""All interfaces of this machine that can announce, as they come and go."""

import re
import select
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Final

from portico.engines.arp import links, wire
from portico.engines.arp.counts import Counts
from portico.engines.arp.duties import Duties, duties_of, named_interfaces
from portico.engines.arp.interface import Interface, Voice, clock, names_of
from portico.engines.arp.links import Link
from portico.engines.arp.orders import Orders
from portico.engines.arp.speech import Own, Timing
from portico.engines.companion.loop import Loop
from portico.lib import rtnetlink

LED: Final = 10.0
"""Seconds for which what Portico last said counts as new."""

CAN_REACH: Final = "can_reach:"

LAST_WORDS: Final = 1.5
"""Seconds to hand everything over at the end."""


class Station:
    """Owns the interfaces, and the table they follow."""

    def __init__(self, orders: Orders, generation: int, loop: Loop) -> None:
        timing = Timing(orders.interval, orders.interval * orders.misses, orders.refresh)
        own = Own(orders.node, generation)
        self._voice = Voice(own, timing, orders.port, loop)
        self._excluded = re.compile(orders.excluded) if orders.excluded else None
        self._only = frozenset(orders.interfaces)
        self._loop = loop
        self._duties: Duties | None = None
        self._reaching: frozenset[str] = frozenset()
        self._interfaces: dict[str, Interface] = {}
        self._unusable: dict[str, str] = {}
        self._led_at = float("-inf")
        self._leaves_at: float | None = None
        self._news = rtnetlink.subscribe()
        self.counts = Counts()
        loop.watch(self._news.fileno(), select.EPOLLIN, self)
        self._look()

    def ready(self, descriptor: int, events: int) -> None:
        """Interfaces have changed."""
        rtnetlink.forget_news(self._news)
        self._look()

    def abort(self) -> None:
        """What has changed next is looked at all the same."""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to hand over, or no more time."""
        if self._leaves_at is None:
            return False
        is_empty = not any(each.segment.holds.held for each in self._interfaces.values())
        return is_empty or self._leaves_at <= clock()

    def use_secrets(self, keys: Iterable[bytes]) -> None:
        """Without any, everybody who has none either is believed."""
        self._voice.keys = tuple(keys) or (b"",)

    def follow(self, table: wire.Table) -> None:
        """Raises ValueError where the table makes no sense."""
        self._duties = duties_of(table)
        named = named_interfaces(table)
        self._reaching = frozenset(name for name in named if name.startswith(CAN_REACH))
        self._lead(clock())
        self.counts.keep(set(self._duties))
        for each in self._interfaces.values():
            each.follow(self._duties, self._names(each.link))

    def lead(self) -> None:
        """Portico is there, and what it has said is true."""
        self._lead(clock())

    def work(self) -> None:
        """Whatever is due."""
        now = clock()
        is_led = now - self._led_at < LED
        for name, interface in list(self._interfaces.items()):
            interface.segment.is_led = is_led
            try:
                interface.work(now)
            except OSError as error:  # it vanished in the middle of that
                self._close(name, str(error))

    def patience(self) -> float:
        """Seconds until something is due."""
        times = [each.segment.next_deadline() for each in self._interfaces.values()]
        if self._leaves_at is not None:
            times.append(self._leaves_at)
        return max(0.0, min(times, default=clock() + 60.0) - clock())

    def leave(self) -> None:
        """Hand everything over; `is_over` tells when that is done."""
        if self._leaves_at is None:
            self._leaves_at = clock() + LAST_WORDS
            for each in self._interfaces.values():
                each.leave()

    def close(self) -> None:
        for each in self._interfaces.values():
            each.close()
        self._interfaces.clear()
        self._loop.dispose(self._news)

    def namesake_seconds(self) -> float:
        """Since another machine with our name was heard; negative: never."""
        return _seconds_since(self.counts.namesake_at)

    def conflict_seconds(self) -> float:
        """Since somebody else announced an address of ours; negative: never."""
        return _seconds_since(self.counts.conflict_at)

    def segments(self) -> Iterator[tuple[str, Interface]]:
        yield from self._interfaces.items()

    def links(self) -> tuple[wire.Link, ...]:
        now = clock()
        return tuple(each.state(now) for each in self._interfaces.values())

    @property
    def unusable(self) -> Mapping[str, str]:
        return self._unusable

    def _lead(self, now: float) -> None:
        self._led_at = now
        for each in self._interfaces.values():
            each.segment.is_led = True

    def _look(self) -> None:
        found = {link.name: link for link in links.links()}
        flaws = {name: self._flaw(link) for name, link in found.items()}
        self._unusable = {name: flaw for name, flaw in flaws.items() if flaw}
        usable = {name: link for name, link in found.items() if not flaws[name]}
        self._close_those_gone(usable)
        for name, link in usable.items():
            if name in self._interfaces:
                self._interfaces[name].link = link
            else:
                self._open(link)
        if self._duties is not None:
            for each in self._interfaces.values():
                each.follow(self._duties, self._names(each.link))

    def _close_those_gone(self, usable: Mapping[str, Link]) -> None:
        for name, interface in list(self._interfaces.items()):
            now = usable.get(name)
            if now is None or (now.number, now.mac) != (interface.link.number, interface.link.mac):
                self._close(name, self._unusable.get(name, "it was replaced"))

    def _open(self, link: Link) -> None:
        if self._leaves_at is not None:
            return
        try:
            self._interfaces[link.name] = Interface(link, self._voice, self.counts)
        except OSError as error:
            self._unusable[link.name] = error.strerror or str(error)

    def _close(self, name: str, reason: str) -> None:
        self._interfaces.pop(name).close()
        self._unusable[name] = reason

    def _flaw(self, link: Link) -> str:
        if self._only and not self._only.intersection((link.name, *link.alternatives)):
            return "--lb-interface names others"
        if not self._only and self._excluded is not None and self._excluded.search(link.name):
            return "its name is one of those that are left out"
        return link.flaw

    def _names(self, link: Link) -> tuple[str, ...]:
        reaching = [name for name in sorted(self._reaching) if self._way(name) == link.name]
        return names_of(link, reaching)

    def _way(self, name: str) -> str | None:
        address = name.removeprefix(CAN_REACH)
        try:
            ip_address(address)
        except ValueError:
            return None
        link = links.way_to(address, [each.link for each in self._interfaces.values()])
        return None if link is None else link.name


def _seconds_since(at: float | None) -> float:
    return -1.0 if at is None else clock() - at
