"""Listens for SOCKS5 clients, and leads each to the pods it asks for."""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from portico.forward.entrance import Entrance
from portico.forward.errors import NO_CLUSTER, ForwardError, ServerSaidNoError
from portico.forward.forwarder import reset
from portico.forward.incoming import Incoming
from portico.forward.listen import Bound
from portico.forward.ports import Asked
from portico.forward.socks.lookup import NOT_FOUND, Lookup
from portico.forward.socks.names import read_name
from portico.forward.socks.negotiation import Code, Destination, Negotiation, SocksError, reply
from portico.forward.socks.reached import Reached
from portico.forward.told import Proxying, Told, Trouble

PATIENCE: Final = 10.0
"""Seconds for a client to say where it wants to go."""

TITLE: Final = "socks"

_BY_STATUS: Final = {NOT_FOUND: Code.HOST_UNREACHABLE, "Forbidden": Code.NOT_ALLOWED}


class SocksServer:
    """`run` takes clients until it is cancelled."""

    def __init__(
        self, bound: Sequence[Bound], lookup: Lookup, reached: Reached, tell: Callable[[Told], None]
    ) -> None:
        self.bound = bound
        self._entrance = Entrance(bound, 0, self._take)
        self._lookup, self._reached, self._tell = lookup, reached, tell
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Until cancelled; then everything that it carries ends."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._entrance.open()
                for each in self.bound:
                    self._tell(Proxying(each.name, each.port))
                await asyncio.get_running_loop().create_future()
        finally:
            self._group = None
            self._entrance.close()
            await self._reached.close()

    def _take(self, incoming: Incoming) -> None:
        if self._group is None:
            reset(incoming.socket)
            return
        self._group.create_task(self._serve(incoming, self._group))

    async def _serve(self, incoming: Incoming, group: asyncio.TaskGroup) -> None:
        connection = incoming.socket
        is_carried = False
        try:
            async with asyncio.timeout(PATIENCE):
                destination = await negotiated(connection)
            try:
                is_carried = await self._lead(destination, incoming, group)
            except ForwardError as error:
                host, port = destination.host, destination.port
                self._tell(Trouble(TITLE, f"{host}:{port}: {error.reason}", error.hint))
                await _say_last(connection, reply(code_of(error)))
        except SocksError as error:
            self._tell(Trouble(TITLE, str(error)))
            await _say_last(connection, error.reply)
        except (OSError, TimeoutError):
            return  # it is gone, or never came to the point
        finally:
            if not is_carried:
                connection.close()

    async def _lead(
        self, destination: Destination, incoming: Incoming, group: asyncio.TaskGroup
    ) -> bool:
        meant = read_name(destination.host)
        if meant is None:
            told = "no name of the cluster"
            hint = "names are NAME.NAMESPACE[.svc], or POD.SERVICE.NAMESPACE[.svc]"
            raise ServerSaidNoError(NOT_FOUND, told, hint)
        if not destination.port:
            raise PortClosedError("there is no port 0")
        forward = await self._reached.forward(await self._lookup.find(meant), group)
        try:
            forward.check(Asked(None, destination.port))
        except ForwardError as error:
            raise PortClosedError(error.reason, error.hint) from None
        await _send(incoming.socket, reply(Code.SUCCEEDED))
        forward.forwarder.take(incoming._replace(remote=destination.port))
        return True


class PortClosedError(ForwardError):
    """The host is there, and does not listen on that port."""


def code_of(error: ForwardError) -> Code:
    """What the client is told."""
    if isinstance(error, PortClosedError):
        return Code.REFUSED
    if isinstance(error, ServerSaidNoError):
        return _BY_STATUS.get(error.status, Code.FAILURE)
    if error.code == NO_CLUSTER:
        return Code.NETWORK_UNREACHABLE
    return Code.HOST_UNREACHABLE


async def negotiated(connection: socket.socket) -> Destination:
    """Reads what belongs to the negotiation, and not a byte more. Raises SocksError, OSError."""
    negotiation = Negotiation()
    loop = asyncio.get_running_loop()
    while negotiation.destination is None:
        data = b""
        while len(data) < negotiation.needs:
            part = await loop.sock_recv(connection, negotiation.needs - len(data))
            if not part:
                raise ConnectionResetError(errno.ECONNRESET, "it has ended")
            data += part
        await _send(connection, negotiation.receive(data))
    return negotiation.destination


async def _say_last(connection: socket.socket, data: bytes) -> None:
    with suppress(OSError):  # nobody may be listening any more
        await _send(connection, data)


async def _send(connection: socket.socket, data: bytes) -> None:
    if data:
        await asyncio.get_running_loop().sock_sendall(connection, data)
