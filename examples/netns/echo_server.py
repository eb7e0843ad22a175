"""Answers in many namespaces from one process, as it is told on stdin.

Each command is a line of JSON, `[verb, space, path of its namespace, transport, port, ...]`. A line
answers it: empty, or what is wrong. The server ends when stdin does. Transports:

- tcp: greets at once with a line of JSON (name, peer, local), then returns whatever it is sent;
- udp: each datagram is answered with such a line and what was sent;
- http: status 200 (or what `status` told it) for every path, with a JSON body.
"""

import asyncio
import json
import socket
import sys
from typing import Any, Final, cast

from examples.netns.namespace import entered

BACKLOG: Final = 4096

Open = asyncio.BaseTransport | asyncio.Server


class Servers:
    """What listens, by space, transport and port."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str, int], Open] = {}
        self._statuses: dict[tuple[str, int], int] = {}

    async def listen(self, name: str, path: str, transport: str, *ports: int) -> None:
        """Start to answer; a port that is open already is left as it is."""
        for port in ports:
            if (name, transport, port) not in self._open:
                self._open[name, transport, port] = await self._opened(name, path, transport, port)

    async def close(self, name: str, _path: str, transport: str, *ports: int) -> None:
        """No new connections; the old ones go on."""
        for port in ports:
            self._open.pop((name, transport, port)).close()
        await asyncio.sleep(0)

    async def status(self, name: str, _path: str, _transport: str, port: int, status: int) -> None:
        self._statuses[name, port] = status

    async def _opened(self, name: str, path: str, transport: str, port: int) -> Open:
        loop = asyncio.get_running_loop()
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        with entered(path):
            made = socket.socket(socket.AF_INET6, kind)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("::", port))
        if transport == "udp":
            return (await loop.create_datagram_endpoint(lambda: Udp(name, port), sock=made))[0]
        made.listen(BACKLOG)
        made.settimeout(0)
        if transport == "http":
            return await loop.create_server(
                lambda: Http(name, self._statuses), sock=made, backlog=BACKLOG
            )
        return await loop.create_server(lambda: Tcp(name), sock=made, backlog=BACKLOG)


def place(address: tuple[Any, ...]) -> list[Any]:
    """Address and port; IPv4 as such, although the socket is an IPv6 one."""
    return [str(address[0]).removeprefix("::ffff:"), address[1]]


def greeting(name: str, transport: asyncio.BaseTransport) -> dict[str, Any]:
    return {
        "name": name,
        "peer": place(transport.get_extra_info("peername") or ("", 0)),
        "local": place(transport.get_extra_info("sockname")),
    }


class Tcp(asyncio.Protocol):
    def __init__(self, name: str) -> None:
        self._name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(json.dumps(greeting(self._name, transport)).encode() + b"\n")

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


class Udp(asyncio.DatagramProtocol):
    def __init__(self, name: str, port: int) -> None:
        self._name, self._port = name, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The one of a selector loop is no subclass of it, although it has all it asks for.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        told = {"name": self._name, "peer": place(addr), "local": ["", self._port]}
        self._transport.sendto(json.dumps(told).encode() + b"\n" + data, addr)


class Http(asyncio.Protocol):
    """Bodies of requests are not understood: for GET only."""

    def __init__(self, name: str, statuses: dict[tuple[str, int], int]) -> None:
        self._name, self._statuses, self._got = name, statuses, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while b"\r\n\r\n" in self._got:
            head, _, self._got = self._got.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            told = {
                **greeting(self._name, self._transport),
                "path": first.split(" ")[1],
                "headers": {name.lower(): value.strip() for name, _, value in pairs},
            }
            body = json.dumps(told).encode()
            status = self._statuses.get((self._name, told["local"][1]), 200)
            known = f"HTTP/1.1 {status} Told\r\nX-Echo-Name: {self._name}\r\n"
            self._transport.write(f"{known}Content-Length: {len(body)}\r\n\r\n".encode() + body)


async def main() -> None:
    servers = Servers()
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, *arguments = json.loads(line)
        try:
            await getattr(servers, verb)(*arguments)
            answer = ""
        except OSError as error:
            answer = f"{arguments}: {error}"
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
