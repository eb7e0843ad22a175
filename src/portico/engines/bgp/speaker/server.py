"""The speaker: takes the table from the engine, and keeps a daemon true to it."""

import asyncio
import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.bgp import wire
from portico.engines.bgp.bfd.talk import Turn
from portico.engines.bgp.bird.adapter import Bird
from portico.engines.bgp.exabgp.adapter import ExaBgp
from portico.engines.bgp.speaker.contract import Daemon, DaemonError
from portico.engines.bgp.speaker.holding import Holding
from portico.engines.bgp.speaker.wanted import Wanted, changed, wanted
from portico.engines.bgp.speaker.watching import Watching
from portico.engines.bgp.users import USERS
from portico.engines.companion.lines import encode_line
from portico.engines.companion.privileges import give_up, why_not_as
from portico.engines.companion.ready import say_no, say_ready
from portico.engines.companion.streams import listen, until_term
from portico.lib.backoff import delays

TICK: Final = 1.0
ANSWERS_WITHIN: Final = 5.0
"""Seconds that a change may take before it is answered all the same."""

LOOKS_FOR: Final = 2.0
MOST_TRACES: Final = 50

DAEMONS: Final[Mapping[str, Callable[[Path, Callable[[], None]], Daemon]]] = {
    "exabgp": ExaBgp,
    "bird": Bird,
}


class Server:
    """One speaker, one daemon."""

    def __init__(self, orders: wire.Orders) -> None:
        self._orders = orders
        self._home = Path(orders.state)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note_bug)
        self._clock = loop.time
        self._bugs = 0
        self._version = ""
        self._trouble = ""
        self._wanted = Wanted()
        self._holding = Holding()
        self._news = asyncio.Event()
        self._settled = asyncio.Condition()
        self._asked = self._done = 0
        self._withdraws = False
        self._left = until_term()
        self._watching = Watching(Path(orders.bfd), self._turned)
        self._daemon = DAEMONS[orders.engine](self._home, self._news.set)

    async def run(self) -> None:
        """Until told to leave."""
        try:
            listening = await listen(self._home / "control.sock", self._serve)
            (self._home / "speaker.pid").write_text(f"{os.getpid()}\n")
        except OSError as trouble:
            say_no(trouble)
        say_ready()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._keep()), group.create_task(self._watching.run())]
            await self._left.wait()
            for task in tasks:
                task.cancel()
        listening.close()
        await self._end()

    async def _keep(self) -> None:
        """Keep the daemon true to the table; what goes wrong is tried again."""
        waits = delays(ceiling=5.0)
        patience = TICK
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._news.wait()
            self._news.clear()
            if self._asked == 0:
                continue  # nothing was wanted yet: what runs, runs on
            asked = self._asked
            try:
                await self._settle()
                self._trouble, waits, patience = "", delays(ceiling=5.0), TICK
            except (DaemonError, OSError, ValueError) as trouble:
                self._trouble, patience = str(trouble), next(waits)
            async with self._settled:
                self._done = asked
                self._settled.notify_all()

    async def _settle(self) -> None:
        peers = self._wanted.peers
        if self._daemon.does_bfd:
            await self._daemon.settle(self._wanted)
            return
        self._watching.watch(peers.values())
        self._holding.keep({each for each in peers if peers[each].bfd is not None}, self._clock())
        held = self._holding.held
        await self._daemon.settle(Wanted(peers, self._wanted.routes, held))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(encode_line(await self._answer(line)))
                await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line without an end
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> wire.State:
        error = ""
        try:
            request = wire.decode_request(line)
        except (msgspec.DecodeError, ValueError) as trouble:
            return self._state(str(trouble))
        match request:
            case wire.Push(table, version):
                self._wanted = Wanted(*wanted(table))
                await self._made_true(version)
            case wire.Change(since, version):
                if since != self._version:
                    return self._state(f"the table is not {since}")
                routes = changed(self._wanted.routes, request)
                self._wanted = Wanted(self._wanted.peers, routes)
                await self._made_true(version)
            case wire.Ask(counts):
                if counts:
                    await self._look()
            case wire.Leave(withdraw):
                self._withdraws = withdraw
                self._left.set()
        return self._state(error)

    async def _look(self) -> None:
        with contextlib.suppress(DaemonError, OSError):  # TimeoutError too; `trouble` tells
            async with asyncio.timeout(LOOKS_FOR):
                await self._daemon.look()
        await self._watching.look()

    async def _made_true(self, version: str) -> None:
        """Once the daemon was told, or after a while."""
        self._version = version
        self._asked += 1
        mine = self._asked
        self._news.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWERS_WITHIN), self._settled:
                await self._settled.wait_for(lambda: self._done >= mine)

    async def _end(self) -> None:
        if not self._withdraws:
            self._daemon.let_go()
            self._watching.close()
            return
        with contextlib.suppress(DaemonError, OSError):  # it ends all the same
            await self._daemon.withdraw()
        await self._daemon.stop()
        await self._watching.leave()
        self._watching.close()

    def _turned(self, turn: Turn) -> None:
        if self._holding.turn(turn, self._clock()):
            self._news.set()

    def _state(self, error: str) -> wire.State:
        return wire.State(
            pid=os.getpid(),
            build=self._orders.build,
            engine=self._orders.engine,
            version=self._version,
            sessions=dict(self._daemon.sessions()),
            watched=self._watching.watched() | dict(self._daemon.watched()),
            starts=self._daemon.starts,
            bugs=self._bugs,
            trouble=self._trouble,
            error=error,
        )

    def _note_bug(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
        """What goes wrong with one call must not end the sessions."""
        self._bugs += 1
        error = context.get("exception")
        if self._bugs <= MOST_TRACES and isinstance(error, BaseException):
            traceback.print_exception(error, file=sys.stderr)


def main(orders: str) -> None:
    """Start as ordered; say `ready` or what is wrong on stdout."""
    try:
        if not why_not_as(USERS):
            give_up(USERS)
    except OSError as trouble:
        say_no(trouble)

    async def run() -> None:
        await Server(msgspec.json.decode(orders, type=wire.Orders)).run()

    asyncio.run(run())
