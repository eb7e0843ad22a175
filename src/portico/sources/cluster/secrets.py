"""Which Secrets are wanted, and how each is followed. No I/O.

All Secrets of type kubernetes.io/tls are followed together, and only those that an Ingress names
are decoded and kept. Every other that is named is followed by its name: one of another type, one
that is not there (yet), and at first also one that nobody had named when it was told.

An Ingress that names a Secret nobody has asked for yet waits for the answer: it would be served for
a moment without its certificate, and be refused for a Secret that is there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from portico.kube.api.told import Key
from portico.model.networking import Ingress
from portico.sources.contract import Put


@dataclass(slots=True)
class Changes:
    """What is to be done now."""

    released: list[Put] = field(default_factory=list)
    """Ingresses that wait for nothing any more."""

    looked_up: list[Key] = field(default_factory=list)
    """Secrets to follow by name."""

    let_go: list[Key] = field(default_factory=list)
    """Secrets that nobody names any more."""


@dataclass(slots=True)
class _Waiting:
    put: Put
    names: frozenset[Key]
    missing: set[Key]


class Secrets:
    """Names by Ingress, and Ingresses by name."""

    def __init__(self) -> None:
        self._names: dict[Key, frozenset[Key]] = {}
        self._named_by: dict[Key, set[Key]] = {}
        self._waiting: dict[Key, _Waiting] = {}
        self._known: set[Key] = set()
        """Those that were asked for, and there was an answer."""

        self.is_open = False
        """Whether those of type kubernetes.io/tls have been told."""

    def is_wanted(self, key: Key) -> bool:
        return key in self._named_by

    def name(self, key: Key, put: Put) -> Changes:
        """An Ingress is so now."""
        assert isinstance(put.fact, Ingress)
        names = frozenset(
            Key(key.namespace, entry.secret_name)
            for entry in put.fact.spec.tls
            if entry.secret_name
        )
        changes = Changes()
        # What it has shown so far is shown until it can show something else.
        self._keep(key, self._names.get(key, frozenset()) | names, changes)
        missing = {name for name in names if name not in self._known} if self.is_open else set()
        self._waiting[key] = _Waiting(put, names, missing)
        self._release([key], changes)
        return changes

    def forget(self, key: Key) -> Changes:
        """An Ingress is gone."""
        changes = Changes()
        self._waiting.pop(key, None)
        self._keep(key, frozenset(), changes)
        return changes

    def told(self, key: Key) -> Changes:
        """There is news of a wanted Secret, if only that it is not there."""
        self._known.add(key)
        changes = Changes()
        waiting = [each for each in self._named_by.get(key, ()) if each in self._waiting]
        for each in waiting:
            self._waiting[each].missing.discard(key)
        self._release(sorted(waiting), changes)
        return changes

    def open(self) -> Changes:
        """Those of type kubernetes.io/tls have been told; the others are asked for."""
        self.is_open = True
        return Changes(looked_up=sorted(self._named_by.keys() - self._known))

    def _keep(self, key: Key, names: frozenset[Key], changes: Changes) -> None:
        old = self._names.pop(key, frozenset())
        if names:
            self._names[key] = names
        for name in sorted(names - old):
            if name not in self._named_by and self.is_open:
                changes.looked_up.append(name)
            self._named_by.setdefault(name, set()).add(key)
        changes.let_go += self._unnamed(key, old - names)

    def _unnamed(self, key: Key, names: Iterable[Key]) -> Iterator[Key]:
        for name in sorted(names):
            self._named_by[name].discard(key)
            if not self._named_by[name]:
                del self._named_by[name]
                self._known.discard(name)
                yield name

    def _release(self, keys: Iterable[Key], changes: Changes) -> None:
        for key in keys:
            waiting = self._waiting[key]
            if not waiting.missing:
                del self._waiting[key]
                changes.released.append(waiting.put)
                self._keep(key, waiting.names, changes)
