"""From the start to the end of the process: the lock, the admin port, signals, and the garbage."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Final

from aiohttp import web

from portico.daemon.metrics import exposition
from portico.daemon.view import View
from portico.settings import Settings
from portico.web.admin import build, is_loopback

log = logging.getLogger("portico")

LONGEST_START: Final = 60.0
"""Seconds after which a start is treated as over, whether or not the plan is live."""

FILES: Final = 65536
"""Descriptors that we want to be allowed: a check of a node is a connection."""


class StartError(Exception):
    """Portico cannot start; the text says why and what to do."""


async def until_told(
    stories: Iterable[Coroutine[None, None, None]], view: View, lingering: float = 0.0
) -> None:
    """Run all of them until SIGINT or SIGTERM; from then on nobody is to be sent here any more.

    They run on for so many seconds, as whoever sends clients here may be slow to notice; a second
    signal ends that.
    """
    stop, hurry = asyncio.Event(), asyncio.Event()

    def hear() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, hear)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(story) for story in (*stories, _settle(view))]
        await stop.wait()
        view.is_stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(lingering):
                await hurry.wait()
        for task in tasks:
            task.cancel()


async def _settle(view: View) -> None:
    """Keep the garbage collector away from what is loaded at the start.

    Tens of thousands of facts live as long as the process. Walking them again and again while they
    are loaded costs a third of the start, and later a tenth of a second for every full collection.
    """
    gc.disable()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_START):
            while not view.is_ready:  # noqa: ASYNC110  # asked a few times, until the plan is live
                await asyncio.sleep(0.02)
            log.info("ready")
    gc.collect()
    gc.freeze()
    gc.enable()


@contextlib.asynccontextmanager
async def admin_port(view: View, settings: Settings) -> AsyncIterator[None]:
    only_local = is_loopback(settings.admin_host)
    application = build(view, lambda: exposition(view), only_local=only_local)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, settings.admin_host, settings.admin_port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        where = f"{settings.admin_host}:{settings.admin_port}"
        raise StartError(f"the admin port {where}: {_reason(error)}; see --admin") from None
    try:
        yield
    finally:
        await runner.cleanup()


def _reason(error: OSError) -> str:
    # asyncio puts the address into the text, and one is enough.
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno).lower()


@contextlib.contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        descriptor = os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(f"{error.filename}: {error.strerror}; see --state-dir") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StartError(
            f"another Portico runs with {state_dir}: stop it, or give this one its own --state-dir"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def allow_files() -> None:
    """As many as are wanted, as far as the hard limit goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
