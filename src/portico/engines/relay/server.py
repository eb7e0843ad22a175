"""The relay process, from start to end. It never waits for Portico, and never asks for it."""

import contextlib
import gc
import os
import socket
import time
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.companion.control import Control
from portico.engines.companion.lines import encode_line, version_of
from portico.engines.companion.loop import Loop
from portico.engines.companion.privileges import give_up
from portico.engines.companion.ready import say_no, say_ready
from portico.engines.companion.signals import on_term
from portico.engines.relay import wire
from portico.engines.relay.directions import Directions
from portico.engines.relay.listening import listeners
from portico.engines.relay.orders import AGES, FILES_EACH, FILES_ELSE, Orders
from portico.engines.relay.privileges import USERS, raise_open_files
from portico.engines.relay.switchboard import Limits, Switchboard

BACKLOG: Final = 4096


class Server:
    """One relay."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._loop = Loop()
        files = raise_open_files(orders.connections * FILES_EACH + FILES_ELSE)
        most = max(1, min(orders.connections, (files - FILES_ELSE) // FILES_EACH))
        self._board = Switchboard(self._loop, Limits(most, orders.connect_timeout))
        self._control: Control | None = None
        self._version = ""
        self._leaves_at: float | None = None

    def start(self) -> None:
        """Take over from a predecessor, if there is one. Raises OSError."""
        state = Path(self._orders.state)
        self._read(state / "table.json")
        predecessor = _call(state / "control.sock")
        if predecessor is None:  # then nobody else may have the port
            for tried in listeners(self._orders.port, 1):
                tried.close()
        self._board.open(listeners(self._orders.port, BACKLOG, shared=True))
        self._control = Control(state / "control.sock", self._loop, self.answer)
        (state / "relay.pid").write_text(f"{os.getpid()}\n")
        on_term(self._loop, self.leave)
        if predecessor is not None:
            _send_away(predecessor)
        give_up(USERS)

    def run(self) -> None:
        """Until told to leave, and until the last connection has ended or the grace is over."""
        gc.collect()
        gc.freeze()  # what is here now stays
        while self._leaves_at is None or self._board.now:
            now = time.monotonic()
            self._board.look_at_clock(now)
            if self._leaves_at is not None and self._leaves_at <= now:
                self._board.abort()
                continue
            self._loop.turn(self._patience(now))
        self._loop.turn(0)  # closes what is still to be closed

    def answer(self, line: bytes) -> bytes:
        """Do what is asked; whatever it is, the answer is the state afterwards."""
        error = ""
        try:
            request = wire.decode_request(line)
            match request:
                case wire.Push(table):
                    self._take(bytes(table))
                case wire.Leave(grace):
                    self.leave(grace)
                case wire.Ask():
                    pass
        except (msgspec.DecodeError, ValueError) as trouble:
            error = str(trouble)
        return encode_line(self._state(error))

    def leave(self, grace: float | None = None) -> None:
        """Take no more connections; end with the last one."""
        patience = self._orders.grace if grace is None else grace
        self._leaves_at = time.monotonic() + patience
        self._board.close()
        if self._control is not None:
            self._control.close()
            self._control = None

    def _read(self, file: Path) -> None:
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError, ValueError):
            self._take(file.read_bytes())

    def _take(self, encoded: bytes) -> None:
        self._board.follow(Directions(wire.decode_table(encoded)))
        self._version = version_of(encoded)

    def _patience(self, now: float) -> float | None:
        deadlines = [self._board.next_deadline(), self._leaves_at]
        known = [each for each in deadlines if each is not None]
        return max(0.0, min(known) - now) if known else None

    def _state(self, error: str) -> wire.State:
        board = self._board
        return wire.State(
            pid=os.getpid(),
            build=self._orders.build,
            table=self._version,
            connections=board.now,
            connections_total=board.total,
            strangers=board.strangers,
            connects_failed=board.connects_failed,
            lost=board.lost,
            bytes_up=board.bytes_up,
            bytes_down=board.bytes_down,
            bugs=self._loop.bugs,
            error=error,
        )


def _call(path: Path) -> socket.socket | None:
    """A connection to whoever listens there now."""
    caller = socket.socket(socket.AF_UNIX)
    try:
        caller.settimeout(5)
        caller.connect(str(path))
    except OSError:
        caller.close()
        return None
    return caller


def _send_away(predecessor: socket.socket) -> None:
    """It takes nobody any more, and finishes what it has begun."""
    with contextlib.suppress(OSError), predecessor:
        predecessor.sendall(encode_line(wire.Leave(AGES)))
        predecessor.recv(4096)


def main(order: str) -> None:
    """Start as ordered; say `ready` or what is wrong on stdout, and nothing afterwards."""
    server = Server(msgspec.json.decode(order, type=Orders))
    try:
        server.start()
    except OSError as trouble:
        say_no(trouble)
    say_ready()
    server.run()
