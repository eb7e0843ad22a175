"""One engine in its namespace, on a loop that runs while it is asked."""

import asyncio
import socket
from http.client import HTTPResponse
from typing import NamedTuple

from portico.engines.health_ports import HealthPorts, Options
from portico.model.ref import Ref
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import Origin
from portico.plan.machine import THIS, Machine
from support.netns import Space

PATIENCE = 10.0
WEB = Ref("Service", "shop", "web")


def health_port(port: int, endpoints: int, service: Ref = WEB) -> HealthPort:
    return HealthPort(health_port_key(port), port, service, endpoints, Origin(service, ""))


def machine_with(*addresses: str) -> Machine:
    return Machine(THIS, addresses=addresses, node_port_addresses=addresses)


class Told(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Stage:
    """`is_in_sync` is what the engine is told of the others."""

    def __init__(self, machine: Space) -> None:
        self.machine = machine
        self.is_in_sync = True
        self._runner = asyncio.Runner()
        self._sockets: list[socket.socket] = []
        self.engine = self.made()

    def made(self, options: Options = Options()) -> HealthPorts:  # noqa: B008  # frozen
        """Another engine, in place of the one before."""
        if hasattr(self, "engine"):
            self.run(self.engine.close(keep=False))
        self.engine = HealthPorts(options, lambda: self.is_in_sync)
        return self.engine

    def run(self, story):
        with self.machine.entered():
            return self._runner.run(story)

    def serve(self, plan, hint=None):
        return self.run(self.engine.converge(plan, hint))

    def connect(self, address: str, port: int) -> socket.socket:
        made = self.machine.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self._sockets.append(made)
        made.settimeout(PATIENCE)
        made.connect((address, port))
        return made

    def ask(self, address: str, port: int, path: str = "/", method: str = "GET") -> Told:
        """One request on a connection of its own."""
        return self.talk(
            self.connect(address, port), f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n"
        )

    def talk(self, stream: socket.socket, request: str) -> Told:
        """One request; the engine's loop runs meanwhile."""

        def spoken() -> Told:
            stream.sendall(request.encode())
            response = HTTPResponse(stream, method=request.partition(" ")[0])
            response.begin()
            return Told(response.status, dict(response.headers), response.read())

        return self.wait_for(spoken)

    def wait_for(self, function):
        """A blocking call in a thread, while the engine answers."""
        return self.run(asyncio.to_thread(function))

    def close(self) -> None:
        for each in self._sockets:
            each.close()
        self.run(self.engine.close(keep=False))
        self._runner.close()
