"""Several targets at once, from their start to their end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from portico.forward.errors import ForwardError
from portico.forward.one import Forward, World
from portico.forward.options import Options, Request
from portico.forward.told import Told


@asynccontextmanager
async def forwarding(
    world: World,
    requests: Sequence[Request],
    options: Options,
    tell: Callable[[Told], None],
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> AsyncIterator[tuple[Forward, ...]]:
    """All of them listen, within; and what is `beside` them runs.

    Raises ForwardError, of the first that cannot be started.
    """
    failure: BaseException | None = None
    tasks: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:
        forwards = tuple(Forward(request, options, world, tell) for request in requests)
        # What is raised within would come out of the group in another shape.
        try:
            await _prepare(forwards, group)
            for forward in forwards:
                forward.listen()
            for forward in forwards:
                forward.open()
            if beside:
                tasks.append(group.create_task(beside()))
                await asyncio.sleep(0)  # it has begun when the block does
            yield forwards
        except BaseException as error:  # noqa: BLE001  # raised again below
            failure = error
        finally:
            for task in tasks:
                task.cancel()
            for forward in forwards:
                await forward.close()
            await asyncio.sleep(0)  # connections that were given up are closed in their turn
    if failure:
        raise failure


async def _prepare(forwards: Sequence[Forward], group: asyncio.TaskGroup) -> None:
    """At the same time; the first failure is that of the first target that failed."""
    preparing = [group.create_task(_prepared(forward, group)) for forward in forwards]
    try:
        for task in preparing:
            if error := await task:
                raise error
    finally:
        for task in preparing:
            task.cancel()


async def _prepared(forward: Forward, group: asyncio.TaskGroup) -> ForwardError | None:
    try:
        await forward.prepare(group)
    except ForwardError as error:
        return error
    return None
