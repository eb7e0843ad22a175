"""Code that lives in a network namespace: a thread that has moved there for good."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from support.netns import Network, Space

T = TypeVar("T")


class Inside:
    """Threads and processes that are started by what runs here live in the space, too."""

    def __init__(self, network: Network, space: Space) -> None:
        self._threads = ThreadPoolExecutor(1, initializer=space.move_in)
        network.at_end(self._threads.shutdown)
        self._runner = self.call(asyncio.Runner)
        network.at_end(lambda: self.call(self._runner.close))

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        return self._threads.submit(function, *arguments).result()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """To its end, in an event loop that goes on afterwards, but only runs during calls."""
        return self.call(self._runner.run, coroutine)
