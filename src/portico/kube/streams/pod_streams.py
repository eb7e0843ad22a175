"""Streams to one pod, on a few sessions that are used again and again.

A new connection gets a session of its own if one is idle, and one is kept idle for the next, so
that it costs no handshake and has no neighbours. If none is idle it waits for another if that takes
less than a moment; else sessions are shared.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Final, Self

from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import UnreachableError
from portico.kube.streams.dial import Dialling, dial_channels
from portico.kube.streams.forms import Form, Pod
from portico.kube.streams.late_stream import LateStream
from portico.kube.streams.pool import IDLE, Pool
from portico.kube.streams.session import Session
from portico.kube.streams.settings import Settings
from portico.kube.streams.stream import End, Ending, Receiver, Stream
from portico.kube.streams.trials import Trials

ROOM: Final = 1 << 17
"""Bytes that are read at once."""

RETRY: Final = 2.0
"""Seconds until another session is tried for, while there are some."""

MOMENT: Final = 0.05
"""Seconds that a connection waits for a session of its own, judged by how long the last took."""

PATIENCE: Final = 0.2
"""Seconds, and then it shares one after all."""

SHORT_LIFE: Final = 1.0
"""Seconds. A pod that ends so many unused sessions in a row so early is held to be lost."""
SHORT_LIVES: Final = 3


class PodStreams:
    """Opened and closed once."""

    def __init__(
        self,
        client: Client,
        pod: Pod,
        settings: Settings,
        on_lost: Callable[[KubeError], None] = lambda _: None,
    ) -> None:
        self.pod = pod
        self.lost: KubeError | None = None
        """Why there will be no more streams. The ones that there are may still go on."""
        self._settings = settings
        self._on_lost = on_lost
        room = memoryview(bytearray(ROOM))
        self._dialling = Dialling(client, pod, settings.half_close, room, self._regulate)
        self._trials = Trials(self._dialling, settings)
        self._pool = Pool(settings.sessions)
        self._waiting: deque[LateStream] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None
        self._running: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._retry: asyncio.TimerHandle | None = None
        self._trimming: asyncio.TimerHandle | None = None
        self._dialled = 0
        self._took = 0.0
        self._is_closing = False
        self._short_lives = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """The first session. Raises KubeError; then there is nothing to be closed."""
        # No TaskGroup of the caller, as who opens is not who closes. It is awaited in `close`.
        self._running = self._loop.create_task(self._run(), name=f"streams to {self.pod}")
        self._running.add_done_callback(self._has_stopped)
        try:
            await self._opened
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """The streams that are left end as CLOSED."""
        self._is_closing = True
        self._fail_waiting(End(Ending.CLOSED))
        self._closing.set()
        if self._running:
            await self._running

    async def _run(self) -> None:
        """All tasks are in here, so that a bug of one is not overlooked."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._dial()
            try:
                await self._closing.wait()
            finally:
                self._is_closing = True  # also where it was cancelled, or one task has a bug
                for task in self._tasks:
                    task.cancel()

    def _has_stopped(self, running: asyncio.Task[None]) -> None:
        for timer in (self._retry, self._trimming):
            if timer:
                timer.cancel()
        if not running.cancelled() and (bug := running.exception()):
            self._lose(UnreachableError(f"a bug ended the connection to pod {self.pod}: {bug!r}"))
        if not self._opened.done():
            self._opened.cancel()

    def open_stream(self, port: int, receiver: Receiver) -> Stream:
        """At once, also where a session has to be waited for. The receiver hears of none."""
        if session := self._choice():
            stream = session.open_stream(port, receiver)
            self._regulate()
            return stream
        late = LateStream(port, receiver, self._forget)
        if self.lost or self._is_closing:
            end = End(Ending.LOST, str(self.lost)) if self.lost else End(Ending.CLOSED)
            self._loop.call_soon(late.fail, end)
        elif self._trials.form is Form.CHANNELS:
            self._start(self._keep_channels(late))
        else:
            self._waiting.append(late)
            self._regulate()
            self._loop.call_later(PATIENCE, self._share)
        return late

    def _choice(self) -> Session | None:
        """For a new stream. None: it is to wait for the next session."""
        if idle := self._pool.idle:
            return idle
        is_next_soon = self._took < MOMENT and not self._retry
        if is_next_soon and self._pool.room(len(self._waiting)):
            return None
        return self._pool.least_busy

    def _share(self) -> None:
        """Whoever has waited too long."""
        while self._waiting and (session := self._pool.least_busy):
            late = self._waiting.popleft()
            self._attach(late, session)

    def _serve_waiting(self) -> None:
        while self._waiting and (session := self._choice()):
            late = self._waiting.popleft()
            self._attach(late, session)

    def _attach(self, late: LateStream, session: Session) -> None:
        stream = session.open_stream(late.port, late.receiver)
        late.attach(stream, is_full=session.is_full)

    def _regulate(self) -> None:
        """One session is kept idle, and not more than that for long."""
        if self._is_closing or self.lost or self._trials.form is Form.CHANNELS:
            return
        for session in self._pool.sessions:
            if session.pod_is_gone:
                told = UnreachableError(f"lost connection to pod {self.pod}", session.pod_is_gone)
                self._lose(told)
                return
        for session in self._pool.through():
            session.close()
        wanted = max(len(self._waiting), 0 if self._pool.idle else 1) - self._dialled
        for _ in range(min(wanted, self._pool.room(self._dialled))):
            self._dial()
        if len(self._pool.sessions) > 1 and not self._trimming:
            self._trimming = self._loop.call_later(IDLE, self._trim)

    def _trim(self) -> None:
        self._trimming = None
        for session in self._pool.superfluous(self._loop.time()):
            session.close()
        self._regulate()

    def _dial(self) -> None:
        if not self._retry:
            self._dialled += 1
            self._start(self._keep_session())

    def _retry_now(self) -> None:
        self._retry = None
        self._regulate()

    async def _keep_session(self) -> None:
        """One session, from the dial to its end."""
        session: Session | None = None
        try:
            async with AsyncExitStack() as stack:
                begun = self._loop.time()
                try:
                    session = await self._trials.dial(stack)
                finally:
                    self._dialled -= 1
                    self._took = self._loop.time() - begun
                self._has_dialled(session)
                if session:
                    await session.wait_end()
        except KubeError as error:
            self._has_failed(error)
        finally:
            if session:
                self._pool.sessions.remove(session)
        if session:
            self._has_ended(session)

    def _has_dialled(self, session: Session | None) -> None:
        if not self._opened.done():
            self._opened.set_result(None)
        if session:
            self._pool.sessions.append(session)
        self._serve_waiting()
        self._regulate()

    def _has_failed(self, error: KubeError) -> None:
        if not self._opened.done():
            self.lost = error
            self._opened.set_exception(error)
        elif not self._pool.sessions:
            self._lose(error)
        else:
            self._retry = self._loop.call_later(RETRY, self._retry_now)
            self._serve_waiting()

    def _has_ended(self, session: Session) -> None:
        if session.was_closed:
            return
        if session.fell_silent:  # the network has changed, or a balancer has forgotten all of them
            for other in self._pool.unused():
                other.close()
        is_short = self._loop.time() - session.born_at < SHORT_LIFE and not session.has_carried
        self._short_lives = self._short_lives + 1 if is_short else 0
        if not self._settings.reconnects or self._short_lives >= SHORT_LIVES:
            self._lose(UnreachableError(f"lost connection to pod {self.pod}", session.why))
        else:
            self._regulate()

    def _lose(self, error: KubeError) -> None:
        if not (self.lost or self._is_closing):
            self.lost = error
            end = End(Ending.LOST, str(error))
            self._fail_waiting(end)
            for session in list(self._pool.sessions):
                session.close(end)
            self._on_lost(error)

    def _fail_waiting(self, end: End) -> None:
        waiting, self._waiting = self._waiting, deque()
        for late in waiting:
            late.fail(end)

    def _forget(self, late: LateStream) -> None:
        if late in self._waiting:
            self._waiting.remove(late)

    async def _keep_channels(self, late: LateStream) -> None:
        """One stream with a connection of its own."""
        try:
            async with dial_channels(self._dialling, late.port, late.receiver) as stream:
                late.attach(stream)
                await stream.wait_end()
        except KubeError as error:
            late.fail(End(Ending.LOST, str(error)))
            self._lose(error)
        finally:
            late.fail(End(Ending.CLOSED))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        assert self._group  # it is open
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
