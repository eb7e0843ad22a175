"""Follows all objects of one kind: tells what there is, then what changes, for as long as it takes.

    async with aclosing(Reflector(client, wanted).batches()) as batches:
        async for batch in batches: ...

One round is a list, if one is due, and a watch. The list comes as a stream where the server can do
that, and in pages otherwise. A round that ends well is followed by the next one, from the version
that was reached; one that fails, by a pause and another. What has been told stays told in the
meantime: only a list that was read to its end, or an event, says that an object is gone.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from random import Random
from typing import Final, Generic

from portico.kube.api.course import Course, DisorderError, OlderStateError
from portico.kube.api.known import Known, Taken
from portico.kube.api.pace import Pace
from portico.kube.api.told import T, Told
from portico.kube.api.wanted import PAGE, Page, Query, Wanted, read_page
from portico.kube.api.watch_stream import WatchStream
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import UnreachableError, status_error
from portico.kube.http.request import Request
from portico.kube.http.status import Status

USUAL: Final = Pace()

Batch = list[Told[T]]


class Reflector(Generic[T]):
    """Of one kind; to be iterated once."""

    def __init__(
        self, client: Client, wanted: Wanted[T], pace: Pace = USUAL, chance: Random | None = None
    ) -> None:
        self._client, self._wanted, self._pace = client, wanted, pace
        self._chance = chance or Random()  # noqa: S311  # spreads pauses; nobody gains by guessing
        self._known = Known(wanted.decode)
        self._course = Course(self._known, pace, self._chance)
        self.trouble: KubeError | None = None
        """What the last round failed of; for who treats some troubles in their own way."""

    async def batches(self) -> AsyncGenerator[Batch[T], None]:
        """Never ends by itself. No batch is empty."""
        while True:
            try:
                async with aclosing(self._round()) as batches:
                    async for batch in batches:
                        yield batch
            except KubeError as error:
                self.trouble = error
                told, pause = self._course.after(error)
                if told:
                    yield told
                await asyncio.sleep(pause)

    async def _round(self) -> AsyncGenerator[Batch[T], None]:
        course = self._course
        course.start_round()
        if course.must_compare:
            await self._compare()
        if course.must_list and not course.streams_lists:
            async with aclosing(self._paged_list()) as batches:
                async for batch in batches:
                    yield batch
        seconds = round(self._chance.uniform(1.0, 2.0) * self._pace.shortest_watch)
        now = asyncio.get_running_loop().time
        started = now()
        try:
            async with aclosing(self._watch(seconds)) as batches:
                async for batch in batches:
                    yield batch
        finally:
            course.ended(now() - started)
        # Its own clock may be a little fast.
        course.ended_well(now() - started, seconds - 1.0)

    async def _compare(self) -> None:
        """Such a server would say nothing at all to who knows more than it does."""
        page = await self._page("", 1)
        if page.version < self._known.version:
            self._known.doubt_versions()
            self._course.must_list = True
        self._course.must_compare = False

    async def _paged_list(self) -> AsyncGenerator[Batch[T], None]:
        self._known.start_list()
        rest, version = "", 0
        while rest or self._known.is_listing:
            page = await self._page(rest, self._course.page_size)
            if not version and page.version < self._known.version:
                self._known.doubt_versions()
            # All pages are of the moment of the first one.
            version = version or page.version
            taken = self._known.take_list(page.items or ())
            if told := [*self._course.answered(), *taken.told]:
                yield told
            self._judge(taken, version)
            rest = page.metadata.rest
            if not rest:
                self._course.listed()
                yield self._known.end_list(version)

    async def _watch(self, seconds: int) -> AsyncGenerator[Batch[T], None]:
        """From the version that was reached, or with a list before it."""
        reached = self._known.version
        request = self._request(self._watched(seconds))
        stream = WatchStream()
        async with self._client.request(request) as response:
            if told := self._course.answered():
                yield told
            held: Batch[T] = []
            try:
                async for chunk in response.chunks():
                    taken = self._known.take(stream.feed(chunk))
                    held += taken.told
                    # Half a list is of use to nobody, so it need not come in a thousand pieces.
                    is_due = len(held) >= PAGE or not self._known.is_listing
                    if held and is_due:
                        yield held
                        held = []
                    self._judge(taken, reached)
            except KubeError:
                if held:
                    yield held
                raise
        if held:
            yield held
        if self._course.must_list:
            raise UnreachableError(f"the list of {self._wanted.resource} ended too early")

    def _judge(self, taken: Taken[T], reached: int) -> None:
        """After each part: whether the list is whole, and whether all of it is to be believed."""
        if isinstance(taken.error, Status):
            asked = f"watch {self._client.access.server}{self._wanted.path}"
            raise status_error(asked, taken.error)
        if taken.error:
            raise taken.error
        if self._course.must_list and not self._known.is_listing:
            self._course.listed()
            if self._known.version < reached:
                self._known.doubt_versions()
                raise OlderStateError(f"{self._client.access.server} has gone back in time")
        if self._known.is_in_doubt:
            raise DisorderError(f"the watch of {self._wanted.resource} is out of order")

    async def _page(self, rest: str, limit: int) -> Page:
        query = self._wanted.page(rest, limit)
        request = Request("GET", self._wanted.path, query, patience=self._pace.for_list)
        return read_page(request, await self._client.read(request))

    def _watched(self, seconds: int) -> Query:
        if not self._course.must_list:
            return self._wanted.watch(self._known.version, seconds)
        self._known.start_list()
        return self._wanted.streamed_list(seconds)

    def _request(self, query: Query) -> Request:
        return Request("GET", self._wanted.path, query, patience=self._pace.for_watch)
