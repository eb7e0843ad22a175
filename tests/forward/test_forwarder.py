"""What a forward tells of a carriage that is lost."""

import asyncio

from portico.forward.candidates import Candidate
from portico.forward.course import Course
from portico.forward.forwarder import Forwarder
from portico.forward.rules import Rules
from portico.forward.told import Waiting
from portico.kube.http.errors import UnreachableError


class Losing:
    """A carriage that is opened, and then lost."""

    def __init__(self, on_lost, error):
        self._on_lost, self._error = on_lost, error

    async def open(self):
        asyncio.get_running_loop().call_soon(self._on_lost, self._error)

    async def close(self):
        pass


async def test_why_it_was_lost_is_told():
    error = UnreachableError("lost connection to pod shop/web-1", "it speaks gibberish")
    told = asyncio.Queue()
    forwarder = Forwarder(
        "svc/web",
        Course("svc/web", Rules()),
        lambda _candidate, on_lost: Losing(on_lost, error),
        lambda _remote, _candidate: 80,
        told.put_nowait,
    )
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running = group.create_task(forwarder.run())
        await asyncio.sleep(0)
        forwarder.see([Candidate("web-1", "1")])
        while not isinstance(each := await told.get(), Waiting):
            pass
        running.cancel()
    assert each.reason == "pod web-1: lost connection to pod shop/web-1: it speaks gibberish"
