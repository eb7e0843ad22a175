"""One target from the first question to the last connection."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple, Protocol

from portico.forward.candidates import Candidate
from portico.forward.carriage import Carriages
from portico.forward.course import Course
from portico.forward.doors import Door, Doors
from portico.forward.entrance import Entrance
from portico.forward.errors import ForwardError
from portico.forward.forwarder import Forwarder
from portico.forward.listen import BusyError, listen
from portico.forward.options import Options, Request
from portico.forward.ports import Asked
from portico.forward.services import Service
from portico.forward.told import Listening, Told, Trouble


class Pods(Protocol):
    """Follows the pods of one target, wherever they are told of."""

    service: Service | None

    def doubt(self) -> None:
        """What is known may be old."""

    async def run(self) -> None:
        """Until cancelled."""


Seen = Callable[[Sequence[Candidate]], None]
Failed = Callable[[ForwardError], None]


class World(NamedTuple):
    """Where targets are found and reached: a cluster, or a folder."""

    find: Callable[[Request, Seen, Failed], Coroutine[Any, Any, Pods]]
    carriages: Callable[[Request], Carriages]


class Forward:
    """`prepare`, `listen`, `open`; `close` at the end. Its tasks run in the group it is given."""

    def __init__(
        self, request: Request, options: Options, world: World, tell: Callable[[Told], None]
    ) -> None:
        self.request, self._options, self._world, self._tell = request, options, world, tell
        course = Course(request.title, options.rules(request))
        carriages = world.carriages(request)
        self.forwarder = Forwarder(request.title, course, carriages, self._number, tell)
        self._pods: Pods | None = None
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []
        self._doors: tuple[Door, ...] = ()
        self.entrances: list[Entrance] = []
        self.listening: list[Listening] = []

    async def prepare(self, group: asyncio.TaskGroup) -> None:
        """Until a connection to its ports would be carried. Raises ForwardError."""
        await self._reach(group, self._resolve)

    async def reach(self, group: asyncio.TaskGroup) -> None:
        """Until a connection to any port would be carried. Raises ForwardError."""
        await self._reach(group, lambda: None)

    def check(self, asked: Asked) -> None:
        """Raises ForwardError for a port that is not there."""
        self._made().number(self._made().door(asked, self._first).remote, self._first)

    async def _reach(self, group: asyncio.TaskGroup, resolve: Callable[[], None]) -> None:
        self._pods = await self._world.find(self.request, self.forwarder.see, self._failed)
        self.forwarder.on_doubt = self._pods.doubt
        self._tasks.append(group.create_task(self.forwarder.run()))
        await asyncio.sleep(0)  # it takes nothing before it runs
        self._tasks.append(group.create_task(self._pods.run()))
        try:
            async with asyncio.timeout(self._options.running_timeout):
                await self._or_failure(self.forwarder.chosen)
                resolve()
                await self._or_failure(self.forwarder.opened)
        except TimeoutError:
            raise self._too_late() from None

    def listen(self) -> None:
        """Raises ForwardError for a port that cannot be had, unless that is no matter."""
        busy: BusyError | None = None
        for door in self._doors:
            try:
                how = (self.request.places, self._options.on_conflict, self._taken)
                bound = listen(door.local, *how)
                self.entrances.append(Entrance(bound, door.remote, self.forwarder.take))
            except BusyError as error:
                if not self._options.ignore_busy:
                    raise
                busy = error
                told = f"Unable to listen on port {error.port}: {error.reason}"
                self._tell(Trouble(self.request.title, told))
        if busy and not self.entrances:
            raise busy

    def open(self) -> None:
        """Take what comes."""
        for entrance in self.entrances:
            entrance.open()
            remote = self._number(entrance.remote, self._first)
            for each in entrance.bound:
                told = Listening(self.request.title, each.name, each.port, remote)
                self.listening.append(told)
                self._tell(told)

    async def close(self) -> None:
        """Everything that is carried ends."""
        for entrance in self.entrances:
            entrance.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for future in (self._failure, self.forwarder.chosen, self.forwarder.opened):
            forget(future)

    def _taken(self, error: BusyError) -> None:
        self._tell(Trouble(self.request.title, f"{error.reason}; another port in its place"))

    @property
    def _first(self) -> Candidate:
        """A pod of now, or where there is none, the one that there was at the start."""
        return next(iter(self.forwarder.course.chosen), self.forwarder.chosen.result())

    def _resolve(self) -> None:
        first, made = self._first, self._made()
        ports: Sequence[Asked] = self.request.ports or made.all_of(first)
        self._doors = tuple(made.door(asked, first) for asked in ports)
        for door in self._doors:
            made.number(door.remote, first)

    def _number(self, remote: int | str, at: Candidate) -> int:
        return self._made().number(remote, at)

    def _made(self) -> Doors:
        service = self._pods.service if self._pods else None
        return Doors(service, takes_undeclared=self.request.takes_undeclared)

    async def _or_failure(self, wanted: asyncio.Future[Any]) -> None:
        """Raises what stands in the way of it."""
        await asyncio.wait({wanted, self._failure}, return_when=asyncio.FIRST_COMPLETED)
        if self._failure.done():
            self._failure.result()
        wanted.result()

    def _failed(self, error: ForwardError) -> None:
        """At the start it is over; later it is only told."""
        if self.forwarder.opened.done() or error.is_passing:
            self._tell(Trouble(self.request.title, error.reason, error.hint))
        elif not self._failure.done():
            self._failure.set_exception(error)

    def _too_late(self) -> ForwardError:
        why = self.forwarder.course.why_not
        seconds = f"{self._options.running_timeout:g} s"
        hint = f"after {seconds} {why}; wait longer with --pod-running-timeout"
        return ForwardError("timed out waiting for the condition", hint)


def forget(future: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more, so what it says is not to be missed."""
    if not future.cancel() and not future.cancelled():
        future.exception()
