"""One target at work: does what its course asks for, with sockets and carriages."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Final, assert_never

from portico.forward.candidates import Candidate
from portico.forward.carriage import Carriage, Carriages
from portico.forward.course import Course
from portico.forward.effects import Carry, Close, Effect, Open, Refuse, Tell
from portico.forward.errors import ForwardError, permission_hint, upgrade_error
from portico.forward.incoming import Incoming
from portico.forward.lines import Key, key_of
from portico.forward.relay.relay import Outcome, Relay
from portico.forward.rules import Failure
from portico.forward.told import Connected, Ended, Handling, Told
from portico.kube.config.errors import KubeError
from portico.kube.http.errors import ForbiddenError
from portico.kube.streams.stream import Ending as EndedAs

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset."""

Number = Callable[[int | str, Candidate], int]
"""From a port that was asked for to the one to dial in a pod. Raises ForwardError."""


class Forwarder:
    """Of one target. `run` does the work; everything else is called from the same loop."""

    def __init__(
        self,
        title: str,
        course: Course,
        carriages: Carriages,
        number: Number,
        tell: Callable[[Told], None],
    ) -> None:
        self.title, self.course = title, course
        self._make, self._number, self._tell = carriages, number, tell
        self.on_doubt: Callable[[], None] = lambda: None
        """Called when something suggests that there is news of the pods."""
        self._carriages: dict[Key, Carriage] = {}
        self._incoming: dict[int, Incoming] = {}
        self._relays: dict[int, Relay] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._group: asyncio.TaskGroup | None = None
        self._count = 0
        self._carried = 0, 0
        loop = asyncio.get_running_loop()
        self.chosen: asyncio.Future[Candidate] = loop.create_future()
        """The first pod that there was for new connections."""
        self.opened: asyncio.Future[None] = loop.create_future()
        """A connection would be carried now; or why the first try has failed."""

    @property
    def connections(self) -> int:
        """That are open, those that wait included."""
        return len(self._incoming)

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes to pods and from them, so far."""
        sent, received = self._carried
        for relay in self._relays.values():
            sent, received = sent + relay.sent, received + relay.received_bytes
        return sent, received

    async def run(self) -> None:
        """Until cancelled; then everything that is carried ends."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await asyncio.get_running_loop().create_future()
        finally:
            self._group = None
            if self._timer:
                self._timer.cancel()
            for carriage in list(self._carriages.values()):
                await carriage.close()
            for incoming in list(self._incoming.values()):
                reset(incoming.socket)  # of those that still waited

    def see(self, candidates: Sequence[Candidate]) -> None:
        """What pods there are now."""
        self._perform(self.course.seen(candidates, _now()))

    def take(self, incoming: Incoming) -> None:
        """A new connection."""
        self._count += 1
        self._incoming[self._count] = incoming
        number = self._count
        self._tell(Handling(self.title, number, incoming.local_port, incoming.address))
        self._perform(self.course.asked(number, _now()))

    def _perform(self, effects: Sequence[Effect]) -> None:
        if self._group is None:
            return
        for effect in effects:
            self._do(effect, self._group)
        if not self.chosen.done() and (chosen := self.course.chosen):
            self.chosen.set_result(chosen[0])
        self._set_timer()

    def _do(self, effect: Effect, group: asyncio.TaskGroup) -> None:
        match effect:
            case Open(candidate):
                group.create_task(self._open(candidate))
            case Close(key):
                if carriage := self._carriages.pop(key, None):
                    group.create_task(carriage.close())
            case Carry(connection, key):
                self._carry(connection, key)
            case Refuse(connection, reason):
                self._refuse(connection, reason)
            case Tell(told):
                self._tell(told)
            case _:
                assert_never(effect)

    async def _open(self, candidate: Candidate) -> None:
        key = key_of(candidate)
        carriage = self._make(candidate, lambda error: self._lost(key, carriage, error))
        self._carriages[key] = carriage
        try:
            await carriage.open()
        except KubeError as error:
            if self._carriages.get(key) is carriage:
                del self._carriages[key]
            self._failed(key, error)
            return
        if not self.opened.done():
            self.opened.set_result(None)
        self._perform(self.course.opened(key, _now()))

    def _failed(self, key: Key, error: KubeError) -> None:
        is_forbidden = isinstance(error, ForbiddenError)
        if is_forbidden and not self.opened.done():
            self.opened.set_exception(upgrade_error(error))
            return
        hint = permission_hint(error) or error.hint
        failure = Failure(upgrade_error(error).reason, hint, is_forbidden=is_forbidden)
        self._perform(self.course.failed(key, failure, _now()))
        self.on_doubt()

    def _lost(self, key: Key, carriage: Carriage, error: KubeError) -> None:
        if self._carriages.get(key) is carriage:
            reason = f"{error.reason}: {error.hint}" if error.hint else error.reason
            self._perform(self.course.lost(key, reason, _now()))
            self.on_doubt()

    def _carry(self, connection: int, key: Key) -> None:
        incoming, carriage = self._incoming[connection], self._carriages.get(key)
        if carriage is None:  # lost by what was done a moment before
            self._perform(self.course.ended(connection, key, _now()))
            self._perform(self.course.asked(connection, _now()))
            return
        try:
            port = self._number(incoming.remote, self.course.candidate(key))
        except ForwardError as error:
            self._refuse(connection, error.reason)
            self._perform(self.course.ended(connection, key, _now()))
            return
        where = (incoming.local_port, incoming.address, key.name, port)
        self._tell(Connected(self.title, connection, *where))

        def on_end(outcome: Outcome) -> None:
            self._relays.pop(connection, None)
            local = self._incoming.pop(connection).local_port
            counts = (outcome.sent, outcome.received)
            self._carried = self._carried[0] + counts[0], self._carried[1] + counts[1]
            error = "" if outcome.end.ending is EndedAs.CLOSED else outcome.error
            self._tell(Ended(self.title, connection, local, port, *counts, error))
            self._perform(self.course.ended(connection, key, _now()))

        def on_return() -> None:
            self._relays.pop(connection, None)
            self._perform(self.course.ended(connection, key, _now()))
            self._perform(self.course.asked(connection, _now()))

        relay = carriage.carry(incoming.socket, port, on_end, on_return)
        if connection in self._incoming:
            self._relays[connection] = relay

    def _refuse(self, connection: int, reason: str) -> None:
        incoming = self._incoming.pop(connection)
        reset(incoming.socket)
        self._tell(Ended(self.title, connection, incoming.local_port, error=reason))

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self.course.due
        if due is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self._tick)

    def _tick(self) -> None:
        self._perform(self.course.tick(_now()))


def reset(connection: socket.socket) -> None:
    """Closes it so that the peer notices."""
    with contextlib.suppress(OSError):  # it may be closed, or no TCP
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()


def _now() -> float:
    return asyncio.get_running_loop().time()
