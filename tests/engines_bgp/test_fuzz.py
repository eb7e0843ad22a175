"""Whatever a router says harms its own session only; and what ExaBGP says of it harms nobody."""

import random
import socket
import struct
import threading

from engines_bgp.town import ROUTER, THEIRS, bird, peer, route
from live.until import until
from portico.engines.bgp.exabgp.events import event, is_event
from support.netns import needs_namespaces
from support.routers import needs_bird

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
ENOUGH = 60
WEB = "198.51.100.1/32"


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def hello():
    """An OPEN that is in order."""
    capabilities = (
        bytes.fromhex("0206 0104 0001 0001")
        + bytes.fromhex("0206 4104")
        + struct.pack("!I", THEIRS)
    )
    fixed = struct.pack("!BHH4sB", 4, THEIRS, 9, socket.inet_aton("192.0.2.200"), len(capabilities))
    return message(OPEN, fixed + capabilities)


UPDATES = [
    bytes.fromhex("0000 0014 400101 00 40020602 01 0000fc01 400304 c00002c8 18 cb0071"),
    bytes.fromhex("0000 0000"),
    bytes.fromhex("0004 18cb0071 0000"),
]


def garbled(octets, chance):
    found = bytearray(octets)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(found))
        match chance.randrange(3):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                del found[at:][: chance.randrange(1, 4)]
            case _:
                found[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(4)))
    return bytes(found) or b"\0"


class Babbler(threading.Thread):
    """A router that says, to everybody who connects, something else that is wrong."""

    def __init__(self, space, seed=4271):
        super().__init__(daemon=True)
        self._chance = random.Random(seed)
        self._listener = space.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("0.0.0.0", 1179))
        self._listener.listen(64)
        self.heard = 0
        self.start()

    def run(self):
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(0.3)
                try:
                    caller.recv(4096)
                    caller.sendall(self._words())
                    caller.recv(4096)
                except OSError:
                    pass
                self.heard += 1

    def _words(self):
        chance = self._chance
        match chance.randrange(4):
            case 0:
                return bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200)))
            case 1:
                return garbled(hello(), chance)
            case 2:
                update = message(UPDATE, garbled(chance.choice(UPDATES), chance))
                return hello() + message(KEEPALIVE) + update
            case _:
                kind = chance.choice((UPDATE, NOTIFICATION, KEEPALIVE, 5, 77))
                return hello() + message(kind, garbled(b"\3\2\1\0" * 4, chance))

    def close(self):
        self._listener.close()


@needs_namespaces
@needs_bird
def test_a_router_that_makes_no_sense_harms_its_own_session_only(town, tmp_path, speaker):
    router = bird(town, tmp_path)
    strangers = [f"192.0.2.{number}" for number in range(100, 116)]
    town.router.ip(*(f"address add {address}/24 dev eth0" for address in strangers))
    babbler = Babbler(town.router)
    try:
        peers = [peer(address, port=1179, connect=1) for address in strangers]
        routes = {address: (route(WEB),) for address in (ROUTER, *strangers)}
        speaker.push(peer(), *peers, routes=routes)
        until(lambda: WEB.removesuffix("/32") in router.kernel(), "the route")
        daemon = speaker.daemon_pid()
        until(lambda: babbler.heard >= ENOUGH, "nonsense to be said", 60)
        assert speaker.session(ROUTER).downs == 0
        assert (speaker.session(ROUTER).state, speaker.daemon_pid()) == ("up", daemon)
        speaker.change(put={ROUTER: (route("198.51.100.2/32"),)})
        until(lambda: "198.51.100.2" in router.kernel(), "another route")
        assert speaker.ask().bugs == 0
    finally:
        babbler.close()


def test_no_line_of_exabgp_raises():
    chance = random.Random(5)
    line = (
        '{ "exabgp": "5.0.0", "time": 1.5, "type": "state", "neighbor": { "address": { "local": '
        '"192.0.2.1", "peer": "192.0.2.254" }, "asn": { "local": 1, "peer": None }, '
        '"state": "down", "reason": "peer reset \\u0007" } }'
    )
    assert is_event(line)
    assert event(line) == ("192.0.2.254", "down", "192.0.2.1", "peer reset ?")
    for _ in range(100_000):
        found = list(line)
        for _ in range(chance.randrange(1, 8)):
            found[chance.randrange(len(found))] = chr(chance.randrange(1, 0x250))
        event("".join(found[: chance.randrange(len(found))] if chance.random() < 0.2 else found))
