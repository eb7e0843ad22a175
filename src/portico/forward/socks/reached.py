"""The targets that clients have asked for: each is found once, and followed from then on."""

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from portico.forward.errors import ForwardError
from portico.forward.one import Forward, World
from portico.forward.options import Options, Request
from portico.forward.socks.lookup import Place
from portico.forward.told import Told

IDLE: Final = 300.0
"""Seconds without a connection until a target is followed no longer."""


class Reached:
    """Its tasks run in the group that is given with each question."""

    def __init__(
        self, world: World, options: Options, tell: Callable[[Told], None], pods: int = 1
    ) -> None:
        # Nobody waits for a proxy as long as for a program that is starting.
        self._options = replace(options, running_timeout=options.connect_timeout)
        self._world, self._tell, self._pods = world, tell, pods
        self._finding: dict[Place, asyncio.Task[Forward | ForwardError]] = {}
        self._used: dict[Place, float] = {}

    async def forward(self, place: Place, group: asyncio.TaskGroup) -> Forward:
        """Found, followed and ready to carry. Raises ForwardError."""
        self._used[place] = _now()
        await self._forget_idle()
        finding = self._finding.get(place)
        if finding is None:
            finding = group.create_task(self._find(place, group))
            self._finding[place] = finding
        # Who gives up does not give up for others who wait for the same.
        found = await asyncio.shield(finding)
        if isinstance(found, ForwardError):
            raise found
        return found

    async def close(self) -> None:
        for place in list(self._finding):
            await self._close(place)

    async def _find(self, place: Place, group: asyncio.TaskGroup) -> Forward | ForwardError:
        request = Request(place.target, (), place.namespace, pods=self._pods, takes_undeclared=True)
        forward = Forward(request, self._options, self._world, self._tell)
        try:
            await forward.reach(group)
        except ForwardError as error:
            # The next who asks may have more luck.
            self._finding.pop(place, None)
            self._used.pop(place, None)
            await forward.close()
            return error
        except BaseException:
            await forward.close()
            raise
        return forward

    async def _forget_idle(self) -> None:
        for place, used in list(self._used.items()):
            finding = self._finding.get(place)
            if used > _now() - IDLE or finding is None or not finding.done():
                continue
            found = finding.result()
            if isinstance(found, Forward) and not found.forwarder.connections:
                await self._close(place)

    async def _close(self, place: Place) -> None:
        self._used.pop(place, None)
        finding = self._finding.pop(place)
        finding.cancel()
        await asyncio.wait({finding})
        if not finding.cancelled() and isinstance(found := finding.result(), Forward):
            await found.close()


def _now() -> float:
    return asyncio.get_running_loop().time()
