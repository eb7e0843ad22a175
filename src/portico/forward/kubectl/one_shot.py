"""One target as kubectl forwards it.

The upgrade is asked for before ports are bound; a port that cannot be had is told and left out;
and whatever the pod's side says is wrong with one connection ends all of them.
"""

import asyncio
from collections.abc import Callable, Sequence

from portico.forward.candidates import Candidate, from_pods
from portico.forward.carriage import Carriage, Carriages
from portico.forward.doors import Door, Doors
from portico.forward.entrance import Entrance
from portico.forward.errors import ForwardError, from_kube, upgrade_error
from portico.forward.incoming import Incoming
from portico.forward.kubectl.first_pod import check_running, first_pod
from portico.forward.kubectl.listening import NoListenerError, listen_as_kubectl
from portico.forward.one import forget
from portico.forward.options import Options, Request
from portico.forward.relay.relay import Outcome
from portico.forward.subject import find
from portico.forward.told import Ended, Handling, Listening, Told, Trouble
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.streams.stream import Ending


def lost() -> ForwardError:
    """How it always ends."""
    return ForwardError("lost connection to pod")


class OneShot:
    """`start`, and then `wait`; `close` at the end."""

    def __init__(
        self, request: Request, carriages: Carriages, tell: Callable[[Told], None]
    ) -> None:
        self._request, self._make, self._tell = request, carriages, tell
        self._title = request.title
        self._carriage: Carriage | None = None
        self._entrances: list[Entrance] = []
        self._count = 0
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, client: Client, namespace: str, options: Options) -> None:
        """Until it listens. Raises ForwardError."""
        assert self._request.target
        try:
            subject = await find(client, self._request.target, namespace, options.request_timeout)
            pod = await first_pod(client, subject, options.running_timeout)
            (candidate,) = from_pods([pod])
            made = Doors(subject.service, as_kubectl=True)
            doors = [made.door(asked, candidate) for asked in self._request.ports]
            numbers = [made.number(door.remote, candidate) for door in doors]
            await check_running(client, pod)
        except KubeError as error:
            raise from_kube(error) from None
        await self._open(candidate)
        self._listen(doors, numbers)

    async def wait(self) -> None:
        """Until the connection is lost. Raises ForwardError."""
        await self._over

    async def close(self) -> None:
        """Everything that is carried ends."""
        for entrance in self._entrances:
            entrance.close()
        if self._carriage:
            await self._carriage.close()
        forget(self._over)

    def take(self, incoming: Incoming) -> None:
        """A new connection."""
        self._count += 1
        number, local = self._count, incoming.local_port
        self._tell(Handling(self._title, number, local, incoming.address))
        assert self._carriage  # or nothing would listen
        port = incoming.remote if isinstance(incoming.remote, int) else 0

        def on_end(outcome: Outcome) -> None:
            counts = (outcome.sent, outcome.received)
            is_told = outcome.end.ending in (Ending.REFUSED, Ending.RESET_BY_POD)
            error = outcome.end.detail if is_told else ""
            self._tell(Ended(self._title, number, local, port, *counts, error))
            if error:
                self._end()

        self._carriage.carry(incoming.socket, port, on_end)

    async def _open(self, candidate: Candidate) -> None:
        carriage = self._make(candidate, lambda _: self._end())
        try:
            await carriage.open()
        except KubeError as error:
            raise upgrade_error(error) from None
        self._carriage = carriage

    def _listen(self, doors: Sequence[Door], numbers: Sequence[int]) -> None:
        for door, number in zip(doors, numbers, strict=True):
            try:
                bound = listen_as_kubectl(door.local, self._request.places)
            except NoListenerError as error:
                self._tell(Trouble(self._title, error.reason))
                continue
            entrance = Entrance(bound, number, self.take)
            self._entrances.append(entrance)
            entrance.open()
            for each in bound:
                self._tell(Listening(self._title, each.name, each.port, number))
        if not self._entrances:
            ports = " ".join(
                f"{{{door.local} {number}}}" for door, number in zip(doors, numbers, strict=True)
            )
            raise ForwardError(f"unable to listen on any of the requested ports: [{ports}]")

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_exception(lost())
