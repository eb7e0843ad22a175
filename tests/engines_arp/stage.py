"""Nodes and a client on one switch; every node runs an engine, and with it a responder."""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections import defaultdict
from pathlib import Path

from live.until import until
from portico.engines.arp import Arp, Options, arp, datagram, ndp
from portico.engines.arp.ethernet import ARP, BROADCAST, IPV6, multicast, render
from portico.engines.arp.options import PORT
from support.netns import Network, Space

CLIENT = ("192.0.2.1/24", "2001:db8::1/64")


class Node:
    """One machine. `engine` is what Portico has; the responder outlives it."""

    def __init__(self, space: Space, folder: Path, options: dict) -> None:
        self.space = space
        self.name = space.name
        self.folder = folder
        self._options = options
        self._runner = asyncio.Runner()
        self.take_over()

    def take_over(self, **options) -> None:
        """Portico starts (again)."""
        given = {"state_dir": self.folder, "node": self.name, **self._options, **options}
        self.engine = Arp(Options(**given))

    def run(self, story):
        with self.space.entered():
            return self._runner.run(story)

    def serve(self, plan, hint=None):
        return self.run(self.engine.converge(plan, hint))

    def look(self):
        return self.run(self.engine.look())

    def link(self, name="eth0"):
        state = self.look()
        found = [link for link in state.links if link.name == name] if state else []
        return found[0] if found else None

    def holds(self, address: str, interface="eth0") -> bool:
        link = self.link(interface)
        return link is not None and address in link.held

    def knows(self, count: int) -> bool:
        """Whether it takes part, together with so many others."""
        link = self.link()
        if link is None or link.stage != "active":
            return False
        return sum(each.takes_part for each in link.neighbours) == count

    def pid(self) -> int:
        return self.look().pid

    def signal(self, number: signal.Signals) -> None:
        os.kill(int((self.folder / "arp" / "responder.pid").read_text()), number)

    def leave(self) -> None:
        """A planned stop."""
        self.run(self.engine.close(keep=False))

    def mac(self, interface="eth0") -> bytes:
        with self.space.entered():
            text = subprocess.run(
                ["ip", "-brief", "link", "show", interface],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
        return bytes.fromhex(text.split()[2].replace(":", ""))

    def close(self) -> None:
        self.run(self.engine.close(keep=False))
        self._runner.close()


class Stage:
    """A switch with a client and some nodes, `n1`, `n2`, ..."""

    def __init__(self, network: Network, folder: Path, nodes: int = 3, **options) -> None:
        self.switch = network.switch("lan")
        self.client = network.space("client")
        self.switch.plug(self.client, *CLIENT)
        self.nodes = []
        for number in range(1, nodes + 1):
            space = network.space(f"n{number}")
            self.switch.plug(space, f"192.0.2.{10 + number}/24", f"2001:db8::{10 + number:x}/64")
            home = folder / space.name
            home.mkdir()
            self.nodes.append(Node(space, home, options))

    def serve(self, plan) -> None:
        """Everybody has the same plan."""
        for node in self.nodes:
            report = node.serve(plan)
            assert report.in_sync, report.detail

    def owner(self, address: str, interface="eth0") -> Node | None:
        """The one node that answers for it; None while nobody does, or two do."""
        found = [node for node in self.nodes if node.holds(address, interface)]
        return found[0] if len(found) == 1 else None

    def settled(self, *addresses: str) -> list[Node]:
        """Waits until everybody knows everybody, and each address has an owner."""
        others = len(self.nodes) - 1
        for node in self.nodes:
            until(lambda n=node: n.knows(others), f"{node.name} to know the others")
        for address in addresses:
            until(lambda a=address: self.owner(a), f"one owner of {address}")
        return [self.owner(address) for address in addresses]

    def others(self, *but: Node) -> list[Node]:
        return [node for node in self.nodes if node not in but]

    def listener(self, space: Space | None = None) -> "Ears":
        return Ears(space or self.client)

    def close(self) -> None:
        for node in self.nodes:
            node.close()


class Ears(threading.Thread):
    """A packet socket of the client: who answers, and who announces. Asks every few ms."""

    def __init__(self, space: Space) -> None:
        super().__init__(daemon=True)
        with space.entered():
            self._tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._tap.bind(("eth0", 3))
        self._tap.settimeout(0.05)
        self.mac = self._tap.getsockname()[4]
        self._ends = threading.Event()
        self.answers: dict[str, list[tuple[float, bytes]]] = defaultdict(list)
        self.announcements: dict[str, list[tuple[float, bytes]]] = defaultdict(list)
        self.beats: dict[bytes, list[bytes]] = defaultdict(list)
        """Heartbeats, frame by frame, of each hardware address."""

        self.start()

    def ask(self, address: str) -> None:
        """Who has it?"""
        if ":" in address:
            self._tap.send(solicitation(address, self.mac))
        else:
            self._tap.send(question(address, self.mac))

    def announce(self, address: str) -> None:
        """As if it were ours."""
        packed = socket.inet_pton(socket.AF_INET, address)
        for frame in arp.announcements(packed, self.mac):
            self._tap.send(frame)

    def who_has(self, address: str, patience: float = 5.0) -> set[bytes]:
        """Everybody who answers to one question within a moment after the first answer."""
        before = time.monotonic()
        deadline = before + patience
        while not (told := self.told_since(address, before)) and time.monotonic() < deadline:
            self.ask(address)
            self._ends.wait(0.1)
        self._ends.wait(0.2)
        return {mac for _, mac in self.told_since(address, before)} or set(told)

    def told_since(self, address: str, moment: float):
        return [(at, mac) for at, mac in self.answers[address] if at >= moment]

    def run(self) -> None:
        while not self._ends.is_set():
            try:
                frame = self._tap.recv(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            self._take(time.monotonic(), frame)

    def close(self) -> None:
        self._ends.set()
        self.join()
        self._tap.close()

    def send(self, *frames: bytes) -> None:
        """Whatever they are."""
        for frame in frames:
            self._tap.send(frame)

    def _take(self, now: float, frame: bytes) -> None:
        if datagram.receive(frame, PORT) is not None:
            self.beats[frame[6:12]].append(frame)
            return
        heard = arp.read(frame) or ndp.read(frame)
        if heard is None or heard.mac == self.mac:
            return
        if isinstance(heard, arp.Heard):
            text = socket.inet_ntop(socket.AF_INET, heard.address)
            if heard.announces:
                self.announcements[text].append((now, heard.mac))
            elif not heard.is_question:
                self.answers[text].append((now, heard.mac))
        elif not heard.is_question:
            text = socket.inet_ntop(socket.AF_INET6, heard.about)
            is_to_all = frame[:6] == multicast(ndp.ALL_NODES)
            (self.announcements if is_to_all else self.answers)[text].append((now, heard.mac))


def runs(pid: int) -> bool:
    """Not even as a zombie that nobody has asked after yet."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def question(address: str, mac: bytes) -> bytes:
    about = socket.inet_pton(socket.AF_INET, address)
    body = bytes((0, 1, 8, 0, 6, 4, 0, 1)) + mac + bytes((192, 0, 2, 1)) + bytes(6) + about
    return render(BROADCAST, mac, ARP, body)


def solicitation(address: str, mac: bytes, source: str = "2001:db8::1") -> bytes:
    about = socket.inet_pton(socket.AF_INET6, address)
    return render_solicitation(about, mac, socket.inet_pton(socket.AF_INET6, source))


def render_solicitation(about: bytes, mac: bytes, source: bytes) -> bytes:
    import struct

    from portico.engines.arp.checksum import checksum, pseudo_header

    group = ndp.solicited_node(about)
    option = bytes((1, 1)) + mac if any(source) else b""
    body = struct.pack("!I", 0) + about + option
    size = len(body) + 4
    head = struct.pack("!BB", 135, 0)
    pseudo = pseudo_header(source, group, 58, size)
    total = checksum(pseudo, head, bytes(2), body)
    message = head + struct.pack("!H", total) + body
    packet = struct.pack("!IHBB16s16s", 6 << 28, size, 58, 255, source, group) + message
    return render(multicast(group), mac, IPV6, packet)
