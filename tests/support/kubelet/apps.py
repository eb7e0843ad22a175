"""Applications for pods of our own server: each on real sockets of this machine."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.kubelet.app import App
from support.kubelet.sandbox import Address

HTTP, ORDERS, GREETINGS = 8080, 7000, 7001
"""The ports of the pods."""

HOST = "127.0.0.1"


class Apps:
    """On a thread of their own. Every method may be called from any other."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._apps: dict[str, App] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self, name: str) -> dict[int, Address]:
        """Where the ports of a pod of this name lead. An earlier one of that name is stopped."""
        if name in self._apps:
            self.stop(name)
        app = self._apps[name] = App(name)
        found = asyncio.run_coroutine_threadsafe(app.start(HOST, 0, 0, 0), self._loop).result(30)
        return {port: (HOST, at) for port, at in zip((HTTP, ORDERS, GREETINGS), found, strict=True)}

    def stop(self, name: str) -> None:
        app = self._apps.pop(name)

        async def work() -> None:
            app.stop()

        asyncio.run_coroutine_threadsafe(work(), self._loop).result(30)

    def close(self) -> None:
        for name in list(self._apps):
            self.stop(name)
        asyncio.run_coroutine_threadsafe(_end_all_tasks(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_all_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)


@contextmanager
def running_apps() -> Iterator[Apps]:
    apps = Apps()
    try:
        yield apps
    finally:
        apps.close()
