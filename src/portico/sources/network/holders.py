"""Who was first on a port: a program of this machine, or one of the Services we serve."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Final

from portico.ipam.node_ports import Slot
from portico.model.fact import Metadata
from portico.model.local import Listening, listening_name
from portico.model.ref import Ref
from portico.plan.key import Key
from portico.plan.transport import Transport
from portico.sources.contract import Drop, Event, Put
from portico.sources.network.listeners import Listener

EVERYWHERE: Final = ""
"""As the address of something we serve: every address of this machine, whatever it is."""


class Holders:
    """A port that a program takes while we serve it is not news: who was first stays."""

    def __init__(self, own: Iterable[Slot]) -> None:
        """`own` are ports that we listen on ourselves, as the settings say."""
        self._own = frozenset(own)
        self._served: Mapping[Key, Listener] = {}
        self._holding: set[Listener] = set()
        self._seen: frozenset[Listener] = frozenset()
        self._told: dict[Slot, tuple[str, ...]] = {}

    def serve(self, served: Mapping[Key, Listener]) -> None:
        """What we serve now."""
        self._served = served

    @property
    def slots(self) -> frozenset[Slot]:
        """Where other programs are."""
        return frozenset(self._told)

    def first_look(self, seen: frozenset[Listener], leased: frozenset[Slot]) -> list[Event]:
        """At the start nothing is served yet, but leases tell what was."""
        self._told = {}
        self._seen = seen
        self._holding = {each for each in seen if _slot(each) not in self._own | leased}
        return list(self._news())

    def look(self, seen: frozenset[Listener]) -> list[Event]:
        """What has changed since the last look."""
        # A socket of UDP that is there for a moment belongs to a client that asks something.
        settled = {each for each in seen if each.transport is not Transport.UDP}
        settled |= seen & self._seen
        late = {each for each in settled - self._holding if _slot(each) not in self._own}
        self._holding = (self._holding & seen) | (late - self._ours(late))
        self._seen = seen
        return list(self._news())

    def _ours(self, late: set[Listener]) -> set[Listener]:
        """Those that came when we served what they took."""
        if not late:
            return late
        places: dict[Slot, set[str]] = {}
        for each in self._served.values():
            places.setdefault(_slot(each), set()).add(each.address)
        return {each for each in late if _is_in(each.address, places.get(_slot(each), set()))}

    def _news(self) -> Iterator[Event]:
        now: dict[Slot, tuple[str, ...]] = {}
        for each in sorted(self._holding):
            now[_slot(each)] = (*now.get(_slot(each), ()), each.address)
        before, self._told = self._told, now
        for slot in before.keys() - now.keys():
            yield Drop(Ref(Listening.KIND, "", listening_name(*slot)))
        for slot, addresses in now.items():
            if before.get(slot) != addresses:
                metadata = Metadata(name=listening_name(*slot))
                yield Put(Listening(metadata=metadata, addresses=addresses))


def _is_in(address: str, places: set[str]) -> bool:
    is_everywhere = EVERYWHERE in places or ip_address(address).is_unspecified
    return bool(places) if is_everywhere else address in places


def _slot(each: Listener) -> Slot:
    return Slot(each.transport, each.port)
