"""Whatever clients and endpoints do to their connections, nothing of them stays."""

import random
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

from engines_relay.plans import frontend, plan_of, pool
from live.until import until
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "198.51.100.1"
AT_ONCE = 8
EACH = 40


def behave(stream: socket.socket, seed: int) -> None:
    """Some of everything that can be done with a connection, the same for the same seed."""
    dice = random.Random(seed)
    stream.settimeout(5)
    with suppress(OSError), stream:
        for _ in range(dice.randrange(6)):
            act = dice.choice(("send", "send much", "receive", "half close", "reset"))
            if act.startswith("send"):
                stream.sendall(bytes(3_000_000 if act == "send much" else 10))
            elif act == "receive":
                stream.settimeout(0.05)
                stream.recv(dice.choice((1, 1 << 20)))
            elif act == "half close":
                stream.shutdown(socket.SHUT_WR)
            else:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break


def descriptors(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def test_nothing_stays(stage):
    server = stage.receiver()
    web = pool(server.place, ("10.2.0.12", 9))
    stage.serve(plan_of(web, frontend(VIP, web)))
    pid = stage.pid()
    before = descriptors(pid)
    done = threading.Event()
    taken = []

    def serve() -> None:
        while not done.is_set():
            with suppress(OSError):
                _, stream = server.take(patience=0.2)
                seed = -len(taken)
                taken.append(threading.Thread(target=behave, args=(stream, seed)))
                taken[-1].start()

    def call(number: int) -> None:
        for seed in range(EACH):
            with suppress(OSError):
                behave(stage.connect(VIP), number * EACH + seed)

    serving = threading.Thread(target=serve)
    callers = [threading.Thread(target=call, args=(number,)) for number in range(AT_ONCE)]
    for each in (serving, *callers):
        each.start()
    try:
        for each in callers:
            each.join()
        until(lambda: stage.figures()["connections"] == 0, "all connections to end")
    finally:
        done.set()
        for each in (serving, *taken):
            each.join()
    figures = stage.figures()
    assert figures["connections_total"] == AT_ONCE * EACH
    assert figures["bugs"] == 0, (stage.options.state / "error.log").read_text()
    # What is kept are empty pipes, for the next who needs one.
    until(lambda: descriptors(pid) <= before + 2 * 64, "descriptors to be closed")
