"""A client, the machine with the relay, and endpoints that read the PROXY header."""

import asyncio
import queue
import socket
import threading
from contextlib import suppress
from pathlib import Path

from portico.engines.relay import Options, Relay
from portico.engines.relay.proxy_header import Ends, parse
from support.netns import Space, World

PATIENCE = 10.0

REDIRECT = """
table inet stage
delete table inet stage
table inet stage {{
  chain prerouting {{
    type nat hook prerouting priority -120;
    ip daddr 198.51.100.0/24 meta l4proto tcp redirect to :{port}
    ip6 daddr 2001:db8:96::/64 meta l4proto tcp redirect to :{port}
    tcp dport 30000-32767 redirect to :{port}
  }}
  chain output {{
    type nat hook output priority -120;
    ip daddr 198.51.100.0/24 meta l4proto tcp redirect to :{port}
  }}
}}
"""


class Receiver:
    """A server that takes connections when the test asks for them."""

    def __init__(self, space: Space, address: str, port: int) -> None:
        self.place = (address, port)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = space.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(self.place)
        self._listener.listen(64)
        self._taken: list[socket.socket] = []

    def take(self, patience: float = PATIENCE) -> tuple[Ends, socket.socket]:
        """The next connection, and what its header says; nothing after the header is read."""
        self._listener.settimeout(patience)
        taken, _ = self._listener.accept()
        self._taken.append(taken)
        taken.settimeout(PATIENCE)
        header = b""
        while (parsed := parse(header)) is None:
            byte = taken.recv(1)
            assert byte, f"the connection ended within its header: {header!r}"
            header += byte
        return parsed.ends, taken

    def has_callers(self, patience: float = 0.3) -> bool:
        """Whether somebody connects within a moment."""
        self._listener.settimeout(patience)
        try:
            self._listener.accept()[0].close()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        for each in (self._listener, *self._taken):
            each.close()


class Stage:
    """Everything around one engine; what it starts ends with it."""

    def __init__(self, world: World, folder: Path, **options: object) -> None:
        self.world = world
        self.options = Options(state_dir=folder, **options)
        self._runner = asyncio.Runner()
        self._receivers: list[Receiver] = []
        self._clients: list[socket.socket] = []
        self.engine = Relay(self.options)
        self.port = 0

    def serve(self, plan, hint=None, *, redirect=True):
        """Converge, and redirect to the relay."""
        report = self.run(self.engine.converge(plan, hint))
        if redirect and report.figures["port"] not in (0, self.port):
            self.redirect(report.figures["port"])
        return report

    def redirect(self, port: int) -> None:
        self.port = port
        self.world.machine.run("nft", "-f", "-", given=REDIRECT.format(port=port))

    def run(self, story):
        with self.world.machine.entered():
            return self._runner.run(story)

    def take_over(self) -> None:
        """Portico was killed, and starts again."""
        self.engine = Relay(self.options)

    def figures(self):
        return self.run(self.engine.inspect())

    def say(self, line: bytes) -> bytes:
        """To the control socket."""
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(PATIENCE)
            stream.connect(str(self.options.state / "control.sock"))
            stream.sendall(line)
            return read_all(stream)

    def pid(self) -> int:
        return self.figures()["pid"]

    def receiver(self, address: str = "10.2.0.11", port: int = 8080) -> Receiver:
        spaces = {"10.2.0.11": "b1", "10.2.0.12": "b2", "2001:db8:2::11": "b1"}
        made = Receiver(self.world.backends[spaces[address]], address, port)
        self._receivers.append(made)
        return made

    def connect(self, address: str, port: int = 80, space: Space | None = None) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        client = (space or self.world.client).socket(family)
        self._clients.append(client)
        client.settimeout(PATIENCE)
        client.connect((address, port))
        return client

    def is_turned_away(self, address: str, port: int = 80) -> bool:
        """Whether a client is reset, at once or after a moment."""
        with suppress(ConnectionResetError):
            return is_cut(self.connect(address, port))
        return True

    def close(self) -> None:
        for each in (*self._clients, *self._receivers):
            each.close()
        self.run(self.engine.close(keep=False))
        self._runner.close()


def read_all(stream: socket.socket) -> bytes:
    """Until the other end has said everything."""
    got = bytearray()
    while part := stream.recv(1 << 16):
        got += part
    return bytes(got)


def read(stream: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = stream.recv(size - len(got))
        assert part, f"ended after {got!r}"
        got += part
    return got


def is_cut(stream: socket.socket) -> bool:
    """Whether the other end resets or ends the connection, and says nothing before."""
    with suppress(ConnectionResetError):
        return stream.recv(1) == b""
    return True


class Sending(threading.Thread):
    """Sends from a thread of its own, and then says that it is over."""

    def __init__(self, stream: socket.socket, content: bytes) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._content = content
        self.errors: queue.SimpleQueue[OSError] = queue.SimpleQueue()
        self.start()

    def run(self) -> None:
        try:
            self._stream.sendall(self._content)
            self._stream.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.errors.put(error)
