"""A client, the machine that balances, and the machine of endpoints, with a cable between each.

    client 10.1.0.2 -- 10.1.0.1 balancer 10.2.0.254 -- 10.2.0.1 ... endpoints

The same in IPv6 with fd01:: and fd02::. Servers answer `ENDPOINT CLIENT`: who took it, and whom it
thinks the client is.
"""

import contextlib
import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from engines_nftables.spaces import Space, join, new_space

PORT = 8080
LAST = range(1, 7)
PATIENCE = 3.0


@dataclass(frozen=True)
class World:
    client: Space
    balancer: Space
    endpoints: Space

    def ask(
        self,
        where: tuple[str, int],
        *,
        by: Space | None = None,
        source: str = "",
        patience: float = PATIENCE,
    ) -> str:
        """One TCP connection: the answer, `refused`, or `nothing` if none came in time."""
        family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        with (by or self.client).inside(), socket.socket(family, socket.SOCK_STREAM) as asking:
            asking.settimeout(patience)
            if source:
                asking.bind((source, 0))
            return _answer(asking, where)

    def takers(self, where: tuple[str, int], times: int, *, by: Space | None = None) -> Counter:
        """Who took so many connections, by the last part of their addresses."""
        return Counter(last(self.ask(where, by=by).split()[0]) for _ in range(times))

    @contextlib.contextmanager
    def flow(self, where: tuple[str, int], *, by: Space | None = None) -> Iterator["Flow"]:
        """One UDP flow: always from the same port."""
        family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        with (by or self.client).inside():
            asking = socket.socket(family, socket.SOCK_DGRAM)
        with asking:
            asking.settimeout(PATIENCE)
            asking.connect(where)
            yield Flow(asking)


@dataclass(frozen=True)
class Flow:
    asking: socket.socket

    def ask(self) -> str:
        try:
            self.asking.send(b"?")
            return self.asking.recv(200).decode()
        except (ConnectionRefusedError, PermissionError):
            return "refused"  # the second where it is this machine's own table that refuses
        except TimeoutError:
            return "nothing"


def last(address: str) -> int:
    """4 of 10.2.0.4 and of fd02::4."""
    return int(address.replace(":", ".").rpartition(".")[2])


@contextlib.contextmanager
def new_world() -> Iterator[World]:
    with new_space("cl") as client, new_space("lb") as balancer, new_space("ep") as endpoints:
        join(client, ["10.1.0.2/24", "10.1.0.3/24", "fd01::2/64"], balancer, _ends("1", "1"))
        inner = [f"10.2.0.{number}/24" for number in LAST]
        inner += [f"fd02::{number}/64" for number in LAST]
        join(endpoints, inner, balancer, _ends("2", "254"))
        for space, number, gateway in ((client, 1, "1"), (endpoints, 2, "254")):
            space.run("ip", "route", "add", "default", "via", f"10.{number}.0.{gateway}")
            space.run("ip", "-6", "route", "add", "default", "via", f"fd0{number}::{gateway}")
        switch_forwarding(balancer, on=True)
        # Else one client is told only so often that nobody is there.
        balancer.run("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
        # The balancer itself must have a way to addresses that only its table knows.
        balancer.run("ip", "route", "add", "default", "via", "10.1.0.2")
        balancer.run("ip", "-6", "route", "add", "default", "via", "fd01::2")
        with serving(endpoints):
            yield World(client, balancer, endpoints)


def switch_forwarding(space: Space, *, on: bool) -> None:
    for switch in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
        space.run("sysctl", "-qw", f"{switch}={int(on)}")


@contextlib.contextmanager
def serving(space: Space) -> Iterator[None]:
    """A TCP and a UDP server on every address of a namespace."""
    with space.inside():
        listening = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True)
        talking = [_bound(f"10.2.0.{n}") for n in LAST] + [_bound(f"fd02::{n}") for n in LAST]
    waking, sleeping = socket.socketpair()
    thread = threading.Thread(target=_serve, args=(listening, talking, waking), daemon=True)
    thread.start()
    try:
        yield
    finally:
        sleeping.close()
        thread.join()
        for one in (listening, *talking, waking):
            one.close()


def _serve(listening: socket.socket, talking: list[socket.socket], waking: socket.socket) -> None:
    with selectors.DefaultSelector() as ready:
        for one in (listening, *talking, waking):
            ready.register(one, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is waking:
                    return
                if key.fileobj is listening:
                    connection, peer = listening.accept()
                    with connection:
                        connection.sendall(_words(connection.getsockname(), peer))
                else:
                    _, peer = key.fileobj.recvfrom(200)
                    key.fileobj.sendto(_words(key.fileobj.getsockname(), peer), peer)


def _words(here: tuple, peer: tuple) -> bytes:
    return f"{_plain(here[0])} {_plain(peer[0])}".encode()


def _plain(address: str) -> str:
    return address.removeprefix("::ffff:")


def _bound(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    talking = socket.socket(family, socket.SOCK_DGRAM)
    talking.bind((address, PORT))
    return talking


def _answer(asking: socket.socket, where: tuple[str, int]) -> str:
    try:
        asking.connect(where)
        return asking.recv(200).decode()
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "nothing"


def _ends(number: str, host: str) -> list[str]:
    return [f"10.{number}.0.{host}/24", f"fd0{number}::{host}/64"]
