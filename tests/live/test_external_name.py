"""ExternalName: resolved by a real DNS server, again and again, as its answers change."""

import json
import os
import random
import re
import socket
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from live.manifests import external, ingress
from live.program import PORTICO
from live.until import until

HOST = "shop.example"
NAME = "api.partner.example"

# A mount namespace, because /etc/resolv.conf is where every program looks.
WITH_RESOLVER = (
    "unshare",
    "--mount",
    "sh",
    "-c",
    'mount --bind "$0" /etc/resolv.conf && exec "$@"',
)


def may_mount() -> bool:
    if os.geteuid() != 0:
        return False
    tried = (*WITH_RESOLVER, "/dev/null", "true")
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.nginx,
    pytest.mark.skipif(not may_mount(), reason="needs root, and the right to mount"),
]


class NameServer:
    """Answers one name; silent, if told so."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.is_well = True
        self.asked: Counter[str] = Counter()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # resolv.conf knows no ports, so that each server has an address of its own.
        self.place = f"127.53.{random.randrange(256)}.{random.randrange(1, 255)}"
        self.socket.bind((self.place, 53))

    def serve(self) -> None:
        while (received := self._receive()) is not None:
            text, client = received
            if text:
                self.socket.sendto(self._answer(dns.message.from_wire(text)).to_wire(), client)

    def close(self) -> None:
        # To itself: recvfrom does not notice when its socket is closed.
        self.addresses, self.is_well = [], False
        self.socket.sendto(b"end", self.socket.getsockname())

    def _receive(self):
        text, client = self.socket.recvfrom(4096)
        return None if text == b"end" else (text, client)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        (question,) = query.question
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        self.asked[question.name.to_text(omit_final_dot=True)] += 1
        if not self.is_well:
            answer.set_rcode(dns.rcode.SERVFAIL)
        is_six = question.rdtype == dns.rdatatype.AAAA
        found = [address for address in self.addresses if (":" in address) == is_six]
        if found and self.is_well and question.name.to_text() == f"{NAME}.":
            answer.answer.append(
                dns.rrset.from_text(question.name, 1, "IN", question.rdtype, *found)
            )
        return answer


@pytest.fixture
def nameserver():
    server = NameServer()
    serving = threading.Thread(target=server.serve)
    serving.start()
    yield server
    server.close()
    serving.join()
    server.socket.close()


@pytest.fixture
def outside():
    """An address of this machine that is not a loopback one, and a backend there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback ones")
        address = probe.getsockname()[0]
    with echo(address) as port:
        yield address, port


@contextmanager
def echo(address: str):
    command = (*PORTICO, "echo", "--listen", f"{address}:0", "--name", "partner")
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline().decode()
            found = re.fullmatch(rf"partner listens on {address}:(\d+)\n", line)
            assert found, line
            yield int(found[1])
        finally:
            process.kill()


@pytest.fixture
def shop(program, outside, nameserver):
    program.save("shop.yaml", ingress("shop", HOST, [("/", "partner")]))
    program.save("partner.yaml", external("partner", NAME, outside[1]))
    resolv = program.root / "resolv.conf"
    resolv.write_text(f"nameserver {nameserver.place}\noptions timeout:1 attempts:1\n")
    program.prefix = (*WITH_RESOLVER, str(resolv))
    return program


def endpoints_of(shop) -> list[str]:
    (backend,) = [each for each in plan(shop)["backends"] if each["name"] == "shop/partner/80"]
    return [endpoint["address"] for endpoint in backend.get("endpoints", [])]


def plan(shop):
    return json.loads(shop.asked("/plan").body)


def test_the_life_of_a_name(shop, nameserver, outside):
    address, _ = outside
    shop.start()
    assert shop.name(HOST) == "503"

    nameserver.addresses = [address]
    shop.until_served(HOST, "/", "partner")
    assert endpoints_of(shop) == [address]

    # The TTL is over, and there is no answer: what was known last goes on.
    nameserver.is_well = False
    asked = nameserver.asked[NAME]
    until(lambda: nameserver.asked[NAME] >= asked + 4, "more questions")
    assert shop.name(HOST) == "partner"

    nameserver.addresses, nameserver.is_well = [address, "192.0.2.99"], True
    until(lambda: len(endpoints_of(shop)) == 2, "the second address")
    nameserver.addresses = [address]
    until(lambda: endpoints_of(shop) == [address], "the first address alone")
    assert shop.name(HOST) == "partner"
    assert shop.figures()["reloads"] == 0


def test_a_restart_without_dns(shop, nameserver, outside):
    """nginx keeps what it has for a name, until the DNS answers again."""
    nameserver.addresses = [outside[0]]
    shop.start()
    shop.until_served(HOST, "/", "partner")
    nameserver.is_well = False
    shop.kill()
    shop.start()
    assert shop.name(HOST) == "partner"
    shop.kill_all()
    shop.start()
    assert shop.name(HOST) == "partner"


def test_a_name_may_not_lead_back_to_this_machine(shop, nameserver):
    """Whoever controls a name could reach what listens on loopback, or the cloud's metadata."""
    nameserver.addresses = ["127.0.0.1", "169.254.169.254", "::1"]
    shop.start()
    until(lambda: len(shop.problems()) == 4, "problems")
    assert shop.name(HOST) == "503"
    assert endpoints_of(shop) == []
