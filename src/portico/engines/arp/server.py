"""The responder, from start to end. It never waits for Portico, and never asks for it."""

import base64
import binascii
import contextlib
import gc
import os
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.arp import wire
from portico.engines.arp.orders import Orders
from portico.engines.arp.privileges import be_quick, drop_privileges
from portico.engines.arp.station import Station
from portico.engines.companion.control import Control
from portico.engines.companion.lines import encode_line, version_of
from portico.engines.companion.loop import Loop
from portico.engines.companion.ready import say_no, say_ready
from portico.engines.companion.signals import on_term
from portico.lib import clock

GENERATION: Final = "generation"
LONGEST_TURN: Final = 1.0


class Server:
    """One responder."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._loop = Loop()
        self._version = ""
        self._secrets: tuple[str, ...] = ()

    def start(self) -> None:
        """Raises OSError."""
        state = Path(self._orders.state)
        self._station = Station(self._orders, _next_generation(state / GENERATION), self._loop)
        self._control = Control(state / "control.sock", self._loop, self.answer)
        (state / "responder.pid").write_text(f"{os.getpid()}\n")
        on_term(self._loop, self._station.leave)
        be_quick()
        drop_privileges()

    def run(self) -> None:
        """Until told to leave, and until everything is handed over."""
        gc.collect()
        gc.freeze()  # what is here now stays
        while not self._station.is_over:
            self._station.work()
            self._loop.turn(min(self._station.patience(), LONGEST_TURN))
        self._station.close()
        self._control.close()
        self._loop.turn(0)  # closes what is still to be closed

    def answer(self, line: bytes) -> bytes:
        """Do what is asked; whatever it is, the answer is the state afterwards."""
        error, is_whole = "", False
        try:
            request = wire.decode_request(line)
            match request:
                case wire.Push(table, secrets):
                    self._take(bytes(table), secrets)
                case wire.Leave():
                    self._station.leave()
                case wire.Ask(is_whole):
                    self._station.lead()
        except (msgspec.DecodeError, ValueError, binascii.Error) as trouble:
            error = str(trouble)
        return encode_line(self._state(error, is_whole=is_whole))

    def _take(self, encoded: bytes, secrets: tuple[str, ...]) -> None:
        table = wire.decode_table(encoded)
        self._station.use_secrets([base64.b64decode(each, validate=True) for each in secrets])
        self._station.follow(table)
        self._version, self._secrets = version_of(encoded), secrets

    def _state(self, error: str, *, is_whole: bool) -> wire.State:
        station, counts = self._station, self._station.counts
        segments = [interface.segment for _, interface in station.segments()]
        return wire.State(
            pid=os.getpid(),
            build=self._orders.build,
            table=self._version,
            secrets=version_of(msgspec.json.encode(self._secrets)),
            node=self._orders.node,
            interfaces=len(segments),
            neighbours=len(
                {peer.node for each in segments for peer in each.peers if peer.takes_part}
            ),
            held=len({each for segment in segments for each in segment.holds.held}),
            takeovers=sum(segment.handover.takeovers for segment in segments),
            handovers=sum(segment.handover.handovers for segment in segments),
            forged=counts.forged,
            malformed=counts.malformed,
            replayed=counts.replayed,
            stalls=counts.stalls,
            conflicts=counts.conflicts,
            conflict=counts.conflict,
            conflict_seconds=station.conflict_seconds(),
            namesakes=counts.namesakes,
            namesake_seconds=station.namesake_seconds(),
            bugs=self._loop.bugs,
            links=station.links() if is_whole else (),
            counts=counts.documents() if is_whole else {},
            unusable=dict(station.unusable) if is_whole else {},
            error=error,
        )


def _next_generation(file: Path) -> int:
    """Larger than any before, also where the machine's clock was set back."""
    last = 0
    with contextlib.suppress(FileNotFoundError, ValueError):
        last = int(file.read_text())
    generation = max(last + 1, int(clock.now() * 1e9))
    file.write_text(f"{generation}\n")
    return generation


def main(order: str) -> None:
    """Start as ordered; say `ready` or what is wrong on stdout, and nothing afterwards."""
    server = Server(msgspec.json.decode(order, type=Orders))
    try:
        server.start()
    except OSError as trouble:
        say_no(trouble)
    say_ready()
    server.run()
