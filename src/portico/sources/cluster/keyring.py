"""The Secrets that are held, and the feeds that takes. No I/O."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from portico.kube.api.told import Key
from portico.model.core import Secret
from portico.model.ref import Ref
from portico.model.secret import TLS_TYPE
from portico.sources.cluster.faults import Faults
from portico.sources.cluster.feed import Feed
from portico.sources.cluster.kinds import SECRETS
from portico.sources.cluster.lookups import Lookups
from portico.sources.cluster.reading import Read
from portico.sources.cluster.secrets import Changes, Secrets
from portico.sources.contract import Drop, Event, Put

TLS_ONLY: Final = f"type={TLS_TYPE}"

NO_CERTIFICATES: Final = (
    TLS_TYPE,
    "helm.sh/release.v1",
    "kubernetes.io/service-account-token",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/dockercfg",
    "bootstrap.kubernetes.io/token",
)
"""Types that hold something else; and those of the first are followed anyway."""

OTHERS: Final = ",".join(f"type!={each}" for each in NO_CERTIFICATES)

Deed = Callable[[Feed], None]


class Keyring:
    """Knows who names which Secret, and lets an object through when its Secrets are known.

    Unless certificates are wanted, no Secret is followed but those that are named.
    """

    def __init__(
        self,
        namespaces: Collection[str],
        faults: Faults,
        deeds: tuple[Deed, Deed],
        *,
        wants_certificates: bool,
    ) -> None:
        """`deeds` begin and end a feed."""
        begin, end = deeds
        self._wants_certificates = wants_certificates
        self.names = Secrets()
        self._namespaces, self._faults = namespaces, faults
        self._begin, self._end = begin, end
        self._lookups = Lookups(lambda key: begin(_one(key)), lambda key: end(_one(key)))
        self._is_too_much = False
        self._uncovered: set[Feed] = set()
        self._held: set[Key] = set()
        self._has_begun = False

    def go_on(self) -> Iterator[Event]:
        """All that was begun is synced: begin what comes next, if there is something left."""
        if not self._has_begun:
            self._has_begun = True
            for namespace in self._namespaces:
                self.enter(namespace)
            if self._namespaces and self._wants_certificates:
                return
        if not self.names.is_open:
            yield from self._do(self.names.open())

    def enter(self, namespace: str) -> None:
        """Secrets of one more namespace may be named."""
        if self._has_begun and self._wants_certificates:
            self._begin(Feed(SECRETS, namespace, types=TLS_ONLY))
        if self._is_too_much:
            self._begin_others(namespace)

    def leave(self, namespace: str) -> None:
        """All that could name some there has been forgotten."""
        for types in (TLS_ONLY, OTHERS):
            self._end(Feed(SECRETS, namespace, types=types))
        self._cover(Feed(SECRETS, namespace, types=OTHERS))

    def name(self, put: Put) -> Iterator[Event]:
        """An object that may name Secrets is so now."""
        yield from self._do(self.names.name(put))

    def forget(self, ref: Ref) -> Iterator[Event]:
        """Such an object is gone."""
        yield from self._do(self.names.forget(ref))

    def put(self, feed: Feed, key: Key, found: Read | None) -> Iterator[Event]:
        """A Secret is so now; None where it was not wanted when it was read."""
        if found is None or not self.names.is_wanted(key):
            return
        self._lookups.found(key)
        if isinstance(found, Secret):
            self._held.add(key)
            yield Put(found)
            # A type never changes, so all that comes is told with the others of its type; and
            # what is on its way from who was asked by name may be older than this.
            if found.type == TLS_TYPE or (self._lookups.is_covered and not feed.name):
                self._lookups.end(key)
        yield from self._do(self.names.told(key))

    def delete(self, feed: Feed, key: Key) -> Iterator[Event]:
        if not self.names.is_wanted(key):
            return
        self._lookups.lost(key)
        yield from self._drop(key)
        if not feed.name:  # the next one of that name may be of another type
            self._lookups.ask_again(key)

    def synced(self, feed: Feed) -> Iterator[Event]:
        """All has been told of a feed of Secrets."""
        if not feed.name:
            self._cover(feed)
            return
        if not self._lookups.is_answered(feed.key):
            yield from self._drop(feed.key)
        if self._lookups.is_too_much and not self._is_too_much:
            self._is_too_much = True
            for namespace in self._namespaces:
                self._begin_others(namespace)
        yield from self._do(self.names.told(feed.key))

    def unanswered(self, feed: Feed) -> Iterator[Event]:
        """Nobody is to wait for an answer that may never come."""
        yield from self._do(self.names.told(feed.key))

    def _begin_others(self, namespace: str) -> None:
        feed = Feed(SECRETS, namespace, types=OTHERS)
        self._uncovered.add(feed)
        self._lookups.is_covered = False
        self._begin(feed)

    def _cover(self, feed: Feed) -> None:
        if feed in self._uncovered:
            self._uncovered.discard(feed)
            if not self._uncovered:
                self._lookups.cover()

    def _do(self, changes: Changes) -> Iterator[Event]:
        yield from changes.released
        for key in changes.looked_up:
            self._lookups.ask(key)
        for key in changes.let_go:
            self._lookups.end(key)
            yield from self._faults.gone(Ref(Secret.KIND, *key))
            yield from self._drop(key)

    def _drop(self, key: Key) -> Iterator[Event]:
        if key in self._held:
            self._held.discard(key)
            yield Drop(Ref(Secret.KIND, *key))


def _one(key: Key) -> Feed:
    return Feed(SECRETS, key.namespace, key.name)
