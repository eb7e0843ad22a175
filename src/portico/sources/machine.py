"""This machine: its addresses, and the ports that other programs have."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from portico.ipam.node_ports import Slot
from portico.lib import rtnetlink
from portico.plan.key import Key
from portico.sources.contract import Event, Put, Synced
from portico.sources.network.addresses import this_machine
from portico.sources.network.holders import Holders
from portico.sources.network.listeners import Listener, listeners

LOOK: Final = 2.0
"""Seconds between two looks at who listens: nobody tells. The kernel does tell of addresses, but
not of the default route, and not in every sandbox, so those are looked at, too.
"""


def nothing() -> frozenset[Slot]:
    """No port is leased."""
    return frozenset()


class ThisMachine:
    """Half a millisecond of work every two seconds."""

    name = "machine"

    def __init__(
        self,
        own: Iterable[Slot] = (),
        leased: Callable[[], frozenset[Slot]] = nothing,
        every: float = LOOK,
    ) -> None:
        """`own` are ports we listen on ourselves; `leased` tells what was served at the start."""
        self._every = every
        self._holders = Holders(own)
        self._leased = leased
        self._news = asyncio.Event()

    def serve(self, served: Mapping[Key, Listener]) -> None:
        """What we serve now: whoever comes later does not take it away."""
        self._holders.serve(served)

    def busy(self) -> frozenset[Slot]:
        """Ports that other programs have."""
        return self._holders.slots

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        with self._subscribed():
            machine = this_machine()
            held = self._holders.first_look(listeners(), self._leased())
            yield [Put(machine), *held, Synced(self.name)]
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await self._news.wait()
                self._news.clear()
                before, machine = machine, this_machine()
                changed = [Put(machine)] if machine != before else []
                if events := [*changed, *self._holders.look(listeners())]:
                    yield events

    @contextmanager
    def _subscribed(self) -> Iterator[None]:
        try:
            connection = rtnetlink.subscribe()
        except OSError:
            yield
            return
        loop = asyncio.get_running_loop()
        with connection:
            loop.add_reader(connection, self._hear, connection)
            try:
                yield
            finally:
                loop.remove_reader(connection)

    def _hear(self, connection: socket.socket) -> None:
        rtnetlink.forget_news(connection)
        self._news.set()
