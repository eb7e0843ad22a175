"""Spaces (namespaces with a name), wires between them, and switches that several plug into."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from examples.netns.namespace import entered, move_to, new_namespace

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds that any command may take, and that a process has to end after SIGTERM."""


@dataclass
class Space:
    """One network namespace. `path` names it for `nsenter --net=`, `ip netns` and our own code."""

    name: str
    path: str
    stack: ExitStack = field(repr=False)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """What is made in here (sockets, processes) belongs to the space. No `await` in here."""
        with entered(self.path):
            yield

    def move_in(self) -> None:
        """The calling thread lives here from now on, and all it starts."""
        move_to(self.path)

    def socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM) -> socket.socket:
        """A socket of this space, to be used from anywhere."""
        with self.entered():
            return socket.socket(family, kind)

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """The function, called inside by this thread."""
        with self.entered():
            return function(*arguments)

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """Run a command inside to its end; what it printed (errors too). Raises OSError."""
        with self.entered():
            done = subprocess.run(
                command, input=given, text=True, check=False, timeout=PATIENCE,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        if check and done.returncode:
            raise OSError(f"{self.name}: {' '.join(command)}: {done.stdout.strip()} {given}")
        return done.stdout

    def ip(self, *lines: str) -> None:
        """Lines as `ip -batch` takes them, e.g. `route add default via 192.0.2.1`."""
        self.run("ip", "-batch", "-", given="\n".join(lines) + "\n")

    def start(self, *command: str, **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401  # Popen's
        """Start a command inside; it is ended with the network at the latest."""
        with self.entered():
            process = subprocess.Popen(command, start_new_session=True, **options)
        self.stack.callback(end, process)
        return process

    def sysctl(self, values: Mapping[str, str | int]) -> None:
        """E.g. `net.ipv4.ip_forward`; what this kernel does not have is left out."""
        with self.entered():
            for name, value in values.items():
                file = Path("/proc/sys", name.replace(".", "/"))
                if file.exists():
                    file.write_text(str(value))

    def up(self, interface: str, addresses: Iterable[str] = ()) -> None:
        """Switch an interface on, with these addresses (`192.0.2.1/24`)."""
        lines = [f"address add {text} dev {interface}{_at_once(text)}" for text in addresses]
        self.ip(f"link set {interface} up", *lines)


class Network:
    """Makes spaces; with it they end, whatever happened.

    With a `prefix` they can be seen by `ip netns`, e.g. as `demo-client`, for people to look into.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._stack = ExitStack()
        self._wires = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def space(self, name: str) -> Space:
        """A new namespace: lo is up, no waiting for duplicate addresses, no rationed ICMP."""
        made = Space(name, self._new(name), self._stack)
        made.sysctl(QUICK)
        made.up("lo")
        return made

    def wire(self, one: Space, interface: str, other: Space, peer: str) -> None:
        """A veth pair; both ends are still down and have no address."""
        # The far end under a name of its own first: ip sets names before it moves them.
        self._wires += 1
        far = f"wire{self._wires}"
        one.ip(
            f"link add {interface} type veth peer name {far}", f"link set {far} netns {other.path}"
        )
        other.ip(f"link set {far} name {peer}")

    def at_end(self, call: Callable[[], object]) -> None:
        """Called when the network ends, last come first."""
        self._stack.callback(call)

    def switch(self, name: str) -> "Switch":
        """An Ethernet switch, in a space of its own."""
        space = self.space(name)
        space.ip("link add lan type bridge", "link set lan up")
        return Switch(self, space)

    def _new(self, name: str) -> str:
        if self._prefix:
            full = f"{self._prefix}-{name}"
            _ip("netns", "add", full)
            self._stack.callback(_ip, "netns", "delete", full)
            return f"/run/netns/{full}"
        handle = new_namespace()
        self._stack.callback(os.close, handle)
        return f"/proc/{os.getpid()}/fd/{handle}"


class Switch:
    """Whoever is plugged in shares one network."""

    def __init__(self, network: Network, space: Space) -> None:
        self._network = network
        self.space = space

    def plug(self, space: Space, *addresses: str, interface: str = "eth0") -> None:
        """Connect a space, with these addresses on its end."""
        self._network.wire(self.space, space.name, space, interface)
        self.space.ip(f"link set {space.name} master lan", f"link set {space.name} up")
        space.up(interface, addresses)

    def unplug(self, space: Space) -> None:
        """Pull the cable at this side: nothing gets through, and the space is not told."""
        self.space.ip(f"link set {space.name} nomaster")

    def plug_in_again(self, space: Space) -> None:
        self.space.ip(f"link set {space.name} master lan")


QUICK: Mapping[str, str | int] = {
    "net.ipv6.conf.all.accept_dad": 0,
    "net.ipv6.conf.default.accept_dad": 0,
    "net.ipv6.conf.all.accept_ra": 0,
    "net.ipv6.conf.default.accept_ra": 0,
    "net.ipv4.conf.all.accept_redirects": 0,
    "net.ipv4.conf.default.accept_redirects": 0,
    "net.ipv6.conf.all.accept_redirects": 0,
    "net.ipv6.conf.default.accept_redirects": 0,
    "net.ipv4.conf.all.rp_filter": 0,
    "net.ipv4.conf.default.rp_filter": 0,
    "net.ipv4.icmp_ratelimit": 0,
    "net.ipv4.icmp_msgs_per_sec": 100_000,
    "net.ipv6.icmp.ratelimit": 0,
}
ROUTER: Mapping[str, str | int] = {
    "net.ipv4.ip_forward": 1,
    "net.ipv6.conf.all.forwarding": 1,
    "net.ipv4.conf.all.send_redirects": 0,
    "net.ipv4.conf.default.send_redirects": 0,
}
"""For Space.sysctl: packets of others are passed on."""


def end(process: subprocess.Popen[Any]) -> None:
    """SIGTERM, and SIGKILL if that is not enough."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _at_once(address: str) -> str:
    return " nodad" if ":" in address else ""


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, timeout=PATIENCE)
