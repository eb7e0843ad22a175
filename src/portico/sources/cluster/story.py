"""From what feeds tell to what the source tells, and which feeds that takes. No I/O.

First come all kinds but Secrets; when every Ingress is known, Secrets; when all of those are told
that are named, the cluster is synced. From then on things come as they come.
"""

from collections.abc import Iterator
from typing import Final

from portico.kube.api.told import Delete, Key, Put, Recovered, Synced, Told, Trouble, Unread
from portico.model.core import Secret
from portico.model.decode import Trouble as Wrong
from portico.model.fact import Fact
from portico.model.metallb import BGPPeer
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.settings import Room, Settings
from portico.sources import contract
from portico.sources.cluster.asked import Scope
from portico.sources.cluster.faults import Faults
from portico.sources.cluster.feed import Feed, Heard
from portico.sources.cluster.keyring import Keyring
from portico.sources.cluster.kinds import NAMESPACES, kinds_read, reads_secrets
from portico.sources.cluster.reading import Read
from portico.sources.contract import Event

UNREAD_HINT: Final = "write it again"


NAMING_SECRETS: Final = frozenset({Ingress.KIND, BGPPeer.KIND})


class Story:
    """Of one cluster. `feeds` are to be followed; what is told by others is left out."""

    def __init__(self, name: str, settings: Settings, scope: Scope, faults: Faults) -> None:
        self._name = name
        self._namespaces = dict.fromkeys(() if scope.selector else scope.namespaces or ("",))
        self._may_leave = bool(scope.selector)
        self._keys: dict[str, set[tuple[Feed, Key]]] = {}
        """What was told of each namespace, where it may have to be taken back."""
        self.kinds = {kind.resource: kind for kind in kinds_read(settings)}
        self.feeds: dict[Feed, int] = dict.fromkeys(self._first(scope.selector), 0)
        """With a number, as one that is ended and begun again is another one."""
        self.turn = 0
        """Grows whenever feeds begin or end."""
        self._unsynced = set(self.feeds)
        self._is_synced = False
        self._reads_secrets = reads_secrets(settings)
        self._faults = faults
        self.keyring = Keyring(
            self._namespaces,
            self._faults,
            (self._open, self._close),
            wants_certificates=Room.HTTP in settings.rooms,
        )
        self._troubles: dict[Feed, str] = {}
        self._trouble = ""

    def hear(self, heard: Heard) -> list[Event]:
        feed, number, batch = heard
        events: list[Event] = []
        for told in batch:
            if self.feeds.get(feed) == number:  # it may have told what ends it
                events += self._hear(feed, told)
        events += self._go_on()
        events += self._tell_trouble()
        return events

    def _first(self, selector: str) -> Iterator[Feed]:
        if selector:
            yield Feed(NAMESPACES.resource, labels=selector)
        yield from (Feed(each) for each in self.kinds if not each.namespaced)
        for namespace in self._namespaces:
            yield from self._of(namespace)

    def _of(self, namespace: str) -> Iterator[Feed]:
        return (Feed(each, namespace) for each in self.kinds if each.namespaced)

    def _hear(self, feed: Feed, told: Told[Read | None]) -> Iterator[Event]:
        match told:
            case Put(key, found):
                yield from self._put(feed, key, found)
            case Unread(key, reason):
                wrong = Wrong(None, "", f"cannot be read: {reason}", UNREAD_HINT)
                yield from self._put(feed, key, wrong)
            case Delete(key):
                yield from self._delete(feed, key)
            case Synced():
                yield from self._synced(feed)
            case Trouble(reason):
                self._troubles[feed] = reason
                if feed.name:
                    yield from self.keyring.unanswered(feed)
            case Recovered():
                self._troubles.pop(feed, None)

    def _synced(self, feed: Feed) -> Iterator[Event]:
        self._unsynced.discard(feed)
        if feed.kind == Secret.KIND:
            yield from self.keyring.synced(feed)

    def _put(self, feed: Feed, key: Key, found: Read | None) -> Iterator[Event]:
        if _chooses(feed):
            self._enter(key.name)
            return
        self._keys_of(feed, key).add((feed, key))
        ref = Ref(feed.kind, *key)
        if isinstance(found, Wrong):
            found = (yield from self._faults.blame(ref, found)) or found
        elif found is not None:
            yield from self._faults.good(ref, found)
        if feed.kind == Secret.KIND:
            yield from self.keyring.put(feed, key, found)
        elif isinstance(found, Ingress | BGPPeer):
            yield from self.keyring.name(contract.Put(found))
        elif isinstance(found, Fact):
            yield contract.Put(found)

    def _delete(self, feed: Feed, key: Key) -> Iterator[Event]:
        if _chooses(feed):
            yield from self._leave(key.name)
            return
        self._keys_of(feed, key).discard((feed, key))
        ref = Ref(feed.kind, *key)
        yield from self._faults.gone(ref)
        if feed.kind == Secret.KIND:
            yield from self.keyring.delete(feed, key)
            return
        yield contract.Drop(ref)
        if feed.kind in NAMING_SECRETS:
            yield from self.keyring.forget(ref)

    def _enter(self, namespace: str) -> None:
        if namespace not in self._namespaces:
            self._namespaces[namespace] = None
            for feed in self._of(namespace):
                self._open(feed)
            if self._reads_secrets:
                self.keyring.enter(namespace)

    def _leave(self, namespace: str) -> Iterator[Event]:
        self._namespaces.pop(namespace, None)
        known = self._keys.pop(namespace, set())
        for feed, key in sorted(known, key=lambda each: (each[0].kind, each[1])):
            yield from self._delete(feed, key)
        for feed in self._of(namespace):
            self._close(feed)
        self.keyring.leave(namespace)

    def _keys_of(self, feed: Feed, key: Key) -> set[tuple[Feed, Key]]:
        """Secrets are let go with the objects that name them."""
        if self._may_leave and feed.resource.namespaced and feed.kind != Secret.KIND:
            return self._keys.setdefault(key.namespace, set())
        return set()

    def _go_on(self) -> Iterator[Event]:
        """To the next part of the story, if this one is over."""
        if self._is_synced or self._unsynced:
            return
        if self._reads_secrets:
            yield from self.keyring.go_on()
        if not self._unsynced:
            self._is_synced = True
            if not self._troubles:  # else there may be more than has been told
                yield from self._faults.sweep()
            yield contract.Synced(self._name)

    def _open(self, feed: Feed) -> None:
        if feed not in self.feeds:
            self.turn += 1
            self.feeds[feed] = self.turn
            self._unsynced.add(feed)

    def _close(self, feed: Feed) -> None:
        if self.feeds.pop(feed, None) is not None:
            self.turn += 1
        self._unsynced.discard(feed)
        self._troubles.pop(feed, None)

    def _tell_trouble(self) -> Iterator[Event]:
        """Mostly the reason is the same for all."""
        reasons = list(dict.fromkeys(self._troubles.values()))
        rest = f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else ""
        trouble = f"{reasons[0]}{rest}" if reasons else ""
        if trouble != self._trouble:
            self._trouble = trouble
            yield contract.Troubled(self._name, trouble)


def _chooses(feed: Feed) -> bool:
    """Whether it only says which namespaces are meant. There may be another one that reads them."""
    return feed.resource is NAMESPACES.resource and bool(feed.labels)
