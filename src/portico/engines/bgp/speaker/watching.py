"""The line to the BFD process: kept open, told whom to watch, listened to."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.bgp.bfd.client import BfdError, Line, connect
from portico.engines.bgp.bfd.talk import Standing, Turn, Wish
from portico.engines.bgp.speaker.next_hop import is_neighbour
from portico.engines.bgp.wire import Peer

PAUSE: Final = 0.2


class Watching:
    """Who is watched; `turned` is called for every change of a path."""

    def __init__(self, socket: Path, turned: Callable[[Turn], None]) -> None:
        self._socket = socket
        self._turned = turned
        self._wishes: tuple[Wish, ...] = ()
        self._news = asyncio.Event()
        self._line: Line | None = None
        self._standings: Mapping[str, Standing] = {}
        self.trouble = ""

    def watch(self, peers: Iterable[Peer]) -> None:
        """Those of them that want it, and nobody else, from now on."""
        wishes = tuple(_wish(peer) for peer in peers if peer.bfd is not None)
        if wishes != self._wishes:
            self._wishes = wishes
            self._news.set()

    def watched(self) -> dict[str, Standing]:
        """By address of the peer, as last heard; see `look`."""
        return {
            wish.peer: _seen(self._standings.get(wish.peer), self.trouble) for wish in self._wishes
        }

    async def look(self) -> None:
        """Have `watched` brought up to date."""
        if self._line is not None and self._wishes:
            with contextlib.suppress(BfdError):  # the line is opened again, and says why not
                self._standings = (await self._line.state()).sessions

    async def run(self) -> None:
        """Keep the BFD process informed, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._follow()
                self.trouble = ""
            except BfdError as error:
                self.trouble = str(error)
                self._news.set()
                await asyncio.sleep(PAUSE)

    async def leave(self) -> None:
        """Have the BFD process end; it tells the routers that nothing is wrong."""
        if self._line is not None:
            with contextlib.suppress(BfdError):
                await self._line.leave()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    async def _follow(self) -> None:
        if self._line is None:
            if not self._wishes:
                return
            self._line = await connect(self._socket, self._turned, self._lost)
        state = await self._line.follow(self._wishes)
        self._standings = state.sessions
        for peer, standing in state.sessions.items():
            if standing.state == "up":
                # Perhaps it came up while nobody listened.
                self._turned(Turn(peer, "up", "up", 0))

    def _lost(self) -> None:
        self._line = None
        self._news.set()


def _wish(peer: Peer) -> Wish:
    bfd = peer.bfd
    assert bfd is not None
    return Wish(
        peer=peer.address,
        local=peer.source,
        device=peer.device,
        multihop=_is_far(peer),
        minimum_ttl=bfd.minimum_ttl,
        transmit=bfd.transmit,
        receive=bfd.receive,
        multiplier=bfd.multiplier,
        passive=bfd.passive,
    )


def _is_far(peer: Peer) -> bool:
    """Within an AS nobody says how far it is, and a router of our network expects one hop."""
    if peer.is_external:
        return peer.multihop
    return not is_neighbour(peer.address, peer.device)


def _seen(standing: Standing | None, trouble: str) -> Standing:
    if standing is None:
        return Standing("down", trouble=trouble)
    return msgspec.structs.replace(standing, trouble=trouble or standing.trouble)
