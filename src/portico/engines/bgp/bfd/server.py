"""The BFD process: fixed timing, whatever else the machine does. It outlives Portico."""

import asyncio
import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.bgp.bfd import talk
from portico.engines.bgp.bfd.switchroom import Switchroom
from portico.engines.bgp.users import USERS
from portico.engines.companion.lines import encode_line
from portico.engines.companion.privileges import give_up
from portico.engines.companion.ready import say_no, say_ready
from portico.engines.companion.streams import listen, until_term

PRIORITY: Final = 10
"""Among real-time processes; ordinary ones wait for us, which costs them microseconds."""

NICE: Final = -10
MOST_TRACES: Final = 50
MOST_UNREAD: Final = 1 << 20
"""Octets that a client may leave unread before it is hung up on."""


class Server:
    """Sessions go on with the last wishes when nobody is connected."""

    def __init__(self, orders: talk.Orders) -> None:
        self._orders = orders
        self._bugs = 0
        self._callers: set[asyncio.StreamWriter] = set()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note_bug)
        self._room = Switchroom(loop, self._tell)
        self._left = until_term()

    async def run(self) -> None:
        """Until told to leave."""
        state = Path(self._orders.state)
        try:
            hurry()
            give_up(USERS)
            listening = await listen(state / "control.sock", self._serve)
            (state / "bfd.pid").write_text(f"{os.getpid()}\n")
        except OSError as trouble:
            say_no(trouble)
        say_ready()
        gc.collect()
        gc.freeze()
        await self._left.wait()
        listening.close()
        self._room.close()
        for caller in list(self._callers):
            caller.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(encode_line(self._answer(line)))
                await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line without an end
            pass
        finally:
            self._callers.discard(writer)
            writer.close()

    def _answer(self, line: bytes) -> talk.State:
        error = ""
        try:
            match talk.decode_request(line):
                case talk.Follow(wishes):
                    self._room.follow(wishes)
                case talk.Leave():
                    self._left.set()
                case talk.Ask():
                    pass
        except (msgspec.DecodeError, ValueError) as trouble:
            error = str(trouble)
        return talk.State(
            pid=os.getpid(),
            build=self._orders.build,
            sessions=self._room.standings(),
            dropped=self._room.dropped,
            bugs=self._bugs,
            error=error,
        )

    def _tell(self, turn: talk.Turn) -> None:
        line = encode_line(turn)
        for caller in list(self._callers):
            if caller.transport.get_write_buffer_size() > MOST_UNREAD:
                caller.transport.abort()
            else:
                caller.write(line)

    def _note_bug(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
        """A bug in one session must not end all the others."""
        self._bugs += 1
        error = context.get("exception")
        if self._bugs <= MOST_TRACES and isinstance(error, BaseException):
            traceback.print_exception(error, file=sys.stderr)


def hurry() -> None:
    """Run before ordinary processes, where the system allows that; 100 ms x 3 needs it."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


def main(orders: str) -> None:
    """Start as ordered; say `ready` or what is wrong on stdout."""

    async def run() -> None:
        await Server(msgspec.json.decode(orders, type=talk.Orders)).run()

    asyncio.run(run())
