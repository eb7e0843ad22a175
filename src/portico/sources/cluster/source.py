"""The API server, followed: one connection for each kind, for as long as it takes."""

from asyncio import Queue, Task, TaskGroup
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

from portico.kube.api.known import Decode
from portico.kube.api.pace import Pace
from portico.kube.api.reflector import USUAL, Reflector
from portico.kube.api.wanted import Wanted
from portico.kube.config.access import Access
from portico.kube.http.client import Client
from portico.settings import Settings
from portico.sources.cluster.asked import ALL, Scope
from portico.sources.cluster.faults import Faults
from portico.sources.cluster.feed import Feed, Heard
from portico.sources.cluster.kinds import NAMESPACES, SECRETS
from portico.sources.cluster.reading import Read, reader, secret_reader
from portico.sources.cluster.story import Story
from portico.sources.contract import Event


class Cluster:
    """What was told stays, whoever is away."""

    name = "cluster"

    def __init__(
        self,
        access: Access,
        settings: Settings,
        scope: Scope = ALL,
        pace: Pace = USUAL,
        held: Path | None = None,
    ) -> None:
        """`held` is a folder for the last good state of objects that are broken."""
        self._access = access
        self._settings = settings
        self._scope = scope
        self._pace = pace
        self._held = held

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """First everything, then what changes."""
        faults = Faults(self._held, str(self._access.server))
        story = Story(self.name, self._settings, self._scope, faults)
        if blamed := list(faults.open()):
            yield blamed
        try:
            async with Client(self._access) as client, TaskGroup() as group:
                feeds = _Feeds(client, story, group, self._pace)
                while True:
                    feeds.follow()
                    if events := story.hear(await feeds.queue.get()):
                        yield events
        except BaseExceptionGroup as failures:
            # A task group wraps the end of the generator, too, which is no failure.
            if (rest := failures.split(GeneratorExit)[1]) is not None:
                raise rest from None


class _Feeds:
    """A task for each feed that the story takes."""

    def __init__(self, client: Client, story: Story, group: TaskGroup, pace: Pace) -> None:
        self.queue: Queue[Heard] = Queue()
        self._client, self._story, self._group, self._pace = client, story, group, pace
        self._turn = -1
        self._tasks: dict[tuple[Feed, int], Task[None]] = {}
        self._decoders: dict[str, Decode[Read | None]] = {
            resource.kind: reader(kind) for resource, kind in story.kinds.items()
        }
        self._decoders[NAMESPACES.resource.kind] = reader(NAMESPACES)
        self._decoders[SECRETS.kind] = secret_reader(story.keyring.names.is_wanted)

    def follow(self) -> None:
        """Begin and end what there is to begin and end."""
        if self._turn == self._story.turn:
            return
        self._turn = self._story.turn
        wanted = dict.fromkeys(self._story.feeds.items())
        for ended in [each for each in self._tasks if each not in wanted]:
            self._tasks.pop(ended).cancel()
        for feed, number in wanted:
            if (feed, number) not in self._tasks:
                name = f"follow {feed.resource} {feed.namespace} {feed.name}".rstrip()
                task = self._group.create_task(self._tell(feed, number), name=name)
                self._tasks[feed, number] = task

    async def _tell(self, feed: Feed, number: int) -> None:
        decode = self._decoders[feed.kind]
        wanted = Wanted(feed.resource, decode, feed.namespace, feed.labels, feed.fields)
        reflector = Reflector(self._client, wanted, self._pace)
        async with aclosing(reflector.batches()) as batches:
            async for told in batches:
                self.queue.put_nowait(Heard(feed, number, told))
