"""Clients of every kind, who write down what they were not meant to see."""

import asyncio
from asyncio import TaskGroup
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientSession, WSMsgType

from live.http2 import CutError, Http2, LeftError
from live.until import PATIENCE, eventually
from live.wire import Wire

GOING_AWAY = 1001
DOWNLOAD = 2_000_000


class Crowd:
    """`done` counts what went well, by kind."""

    def __init__(self, host: str, http: int, https: int) -> None:
        self.host, self.http, self.https = host, http, https
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []
        self.is_over = False

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        async with TaskGroup() as group:
            for kind in (self.kept, self.kept_with_pauses, self.over_tls, self.fresh, self.http2):
                for _ in range(2):
                    group.create_task(self._again(kind))
            for kind in (self.talk, self.talk, self.talk, self.download):
                group.create_task(self._again(kind))
            try:
                await self.more()
                yield
                await self.more()
            finally:
                self.is_over = True

    async def more(self, times: int = 20) -> None:
        """So many times again, of every kind but the slow one."""
        kinds = ("kept", "pauses", "tls", "fresh", "http2", "talk")
        wanted = {kind: self.done[kind] + times for kind in kinds}

        async def are_done() -> bool:
            return bool(self.failures) or all(self.done[kind] >= wanted[kind] for kind in kinds)

        await eventually(are_done, "more of everything", 60)

    async def _again(self, visit: Callable[[], Coroutine[None, None, None]]) -> None:
        """One visit is one connection."""
        while not self.is_over:
            try:
                await visit()
            except (OSError, EOFError, ClientError, CutError, AssertionError) as error:
                self.failures.append(f"{visit.__name__}: {error!r}")

    async def kept(self) -> None:
        async with await Wire.open(self.http) as wire:
            await self._ask_on(wire, "kept", 0)

    async def kept_with_pauses(self) -> None:
        async with await Wire.open(self.http) as wire:
            await self._ask_on(wire, "pauses", 0.1)

    async def over_tls(self) -> None:
        async with await Wire.open(self.https, sni=self.host) as wire:
            await self._ask_on(wire, "tls", 0.01)

    async def _ask_on(self, wire: Wire, kind: str, pause: float) -> None:
        """One request after the other, for as long as the connection is to be used."""
        while not self.is_over:
            reply = await wire.ask(self.host, "/a/b?c=d")
            assert reply.status == 200, reply
            self.done[kind] += 1
            if reply.headers.get("connection") == "close":
                return
            await asyncio.sleep(pause)

    async def fresh(self) -> None:
        async with await Wire.open(self.http) as wire:
            reply = await wire.ask(self.host, "/")
            assert reply.status == 200, reply
            self.done["fresh"] += 1

    async def http2(self) -> None:
        """Kept, too; it is not told to go by an answer, but by a frame."""
        connection = await Http2.open(self.https, self.host)
        try:
            while not (self.is_over or connection.is_leaving):
                assert await connection.ask(self.host, "/") == 200
                self.done["http2"] += 1
                await asyncio.sleep(0.01)
        except LeftError:
            self.done["asked elsewhere"] += 1
        finally:
            connection.close()

    async def talk(self) -> None:
        """A WebSocket that never stops, until it is told goodbye."""
        place = f"http://127.0.0.1:{self.http}/ws"
        async with (
            ClientSession(headers={"Host": self.host}) as session,
            session.ws_connect(place) as socket,
        ):
            while not self.is_over:
                await socket.send_str("hello")
                async with asyncio.timeout(PATIENCE):
                    told = await socket.receive()
                if told.type is WSMsgType.CLOSE:
                    assert told.data == GOING_AWAY, told
                    self.done["goodbye"] += 1
                    return
                assert (told.type, told.data) == (WSMsgType.TEXT, "hello"), told
                self.done["talk"] += 1
                await asyncio.sleep(0.02)

    async def download(self) -> None:
        """Takes a second, whatever happens meanwhile."""
        async with await Wire.open(self.http) as wire:
            head = f"GET /bytes/{DOWNLOAD} HTTP/1.1\r\nHost: {self.host}\r\n\r\n"
            wire.writer.write(head.encode())
            status, _ = await wire.head()
            assert status == 200
            for _ in range(20):
                await wire.reader.readexactly(DOWNLOAD // 20)
                await asyncio.sleep(0.05)
            self.done["download"] += 1
