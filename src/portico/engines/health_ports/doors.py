"""Listening sockets, opened and closed as they are wanted, and the talk at each."""

import asyncio
import contextlib
import errno
import functools
import os
import socket
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from portico.engines.health_ports import http1
from portico.engines.health_ports.answers import Answer

MOST_CALLERS: Final = 1000
"""Connections at once, to all ports together; then whoever was silent longest has to go."""

PATIENCE: Final = 75.0
"""Seconds that a caller may be silent, and that it may take to say a request or read an answer."""

BACKLOG: Final = 128

NO_SUCH_FAMILY: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
"""What a machine without IPv6 says to `::`."""


class Door(NamedTuple):
    """An address and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else ":".join(map(str, self))


class Doors:
    """`answer` is asked with the port and the path; None: nobody is there any more."""

    def __init__(self, answer: Callable[[int, str], Answer | None]) -> None:
        self._answer = answer
        self._servers: dict[Door, asyncio.Server] = {}
        self._callers: dict[asyncio.StreamWriter, int] = {}
        self.requests = 0

    @property
    def callers(self) -> int:
        return len(self._callers)

    def __len__(self) -> int:
        return len(self._servers)

    async def want(self, wanted: Iterable[Door]) -> dict[Door, str]:
        """Open exactly these. Returns those that cannot be opened, and why."""
        doors = set(wanted)
        for door in self._servers.keys() - doors:
            self._servers.pop(door).close()
        ports = {door.port for door in doors}
        for writer, port in list(self._callers.items()):
            if port not in ports:
                writer.close()
        failed = {}
        for door in sorted(doors - self._servers.keys()):
            try:
                self._servers[door] = await self._open(door)
            except OSError as error:
                if door.address == "::" and error.errno in NO_SUCH_FAMILY:
                    continue
                failed[door] = os.strerror(error.errno).lower() if error.errno else str(error)
        return failed

    async def close(self) -> None:
        await self.want(())

    async def _open(self, door: Door) -> asyncio.Server:
        family = socket.AF_INET6 if ":" in door.address else socket.AF_INET
        with contextlib.ExitStack() as opened:
            listener = opened.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(door)
            listener.settimeout(0)
            talk = functools.partial(self._talk, door.port)
            server = await asyncio.start_server(
                talk, sock=listener, limit=http1.LONGEST_HEAD, backlog=BACKLOG
            )
            opened.pop_all()
        return server

    async def _talk(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if len(self._callers) >= MOST_CALLERS:
            next(iter(self._callers)).close()
        self._callers[writer] = port
        try:
            while await self._one(port, reader, writer):
                self._callers[writer] = self._callers.pop(writer)  # to the end of the row
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # it hung up, or has had its time
        finally:
            del self._callers[writer]
            writer.close()

    async def _one(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request. Whether another may follow."""
        async with asyncio.timeout(PATIENCE):
            try:
                request = http1.parse(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.LimitOverrunError:
                writer.write(http1.render(http1.TOO_LONG))
                return False
            if request is None:
                writer.write(http1.render(http1.BAD_REQUEST))
                return False
            answer = self._answer(port, request.path)
            if answer is None:
                return False
            self.requests += 1
            is_head = request.method == "HEAD"
            writer.write(http1.render(answer, is_head=is_head, stays=request.stays))
            await writer.drain()
        return request.stays
