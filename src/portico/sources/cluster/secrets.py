"""Which Secrets are wanted, and how each is followed. No I/O.

All Secrets of type kubernetes.io/tls are followed together, and only those that an Ingress or a
BGPPeer names are decoded and kept. Every other that is named is followed by its name: one of
another type, one that is not there (yet), and at first also one that nobody had named when it was
told.

One that names a Secret nobody has asked for yet waits for the answer: an Ingress would be served
for a moment without its certificate, a router be spoken to without its password, and be refused
for a Secret that is there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from portico.kube.api.told import Key
from portico.model.fact import Fact
from portico.model.metallb import BGPPeer
from portico.model.networking import Ingress
from portico.model.ref import Ref
from portico.sources.contract import Put


@dataclass(slots=True)
class Changes:
    """What is to be done now."""

    released: list[Put] = field(default_factory=list)
    """Objects that wait for nothing any more."""

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
    """Names by object, and objects by name."""

    def __init__(self) -> None:
        self._names: dict[Ref, frozenset[Key]] = {}
        self._named_by: dict[Key, set[Ref]] = {}
        self._waiting: dict[Ref, _Waiting] = {}
        self._known: set[Key] = set()
        """Those that were asked for, and there was an answer."""

        self.is_open = False
        """Whether those of type kubernetes.io/tls have been told."""

    def is_wanted(self, key: Key) -> bool:
        return key in self._named_by

    def name(self, put: Put) -> Changes:
        """An object that may name some is so now."""
        ref = put.fact.ref
        names = frozenset(Key(ref.namespace, name) for name in named_in(put.fact))
        changes = Changes()
        # What it has shown so far is shown until it can show something else.
        self._keep(ref, self._names.get(ref, frozenset()) | names, changes)
        missing = {name for name in names if name not in self._known} if self.is_open else set()
        self._waiting[ref] = _Waiting(put, names, missing)
        self._release([ref], changes)
        return changes

    def forget(self, ref: Ref) -> Changes:
        """Such an object is gone."""
        changes = Changes()
        self._waiting.pop(ref, None)
        self._keep(ref, frozenset(), changes)
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

    def _keep(self, ref: Ref, names: frozenset[Key], changes: Changes) -> None:
        old = self._names.pop(ref, frozenset())
        if names:
            self._names[ref] = names
        for name in sorted(names - old):
            if name not in self._named_by and self.is_open:
                changes.looked_up.append(name)
            self._named_by.setdefault(name, set()).add(ref)
        changes.let_go += self._unnamed(ref, old - names)

    def _unnamed(self, ref: Ref, names: Iterable[Key]) -> Iterator[Key]:
        for name in sorted(names):
            self._named_by[name].discard(ref)
            if not self._named_by[name]:
                del self._named_by[name]
                self._known.discard(name)
                yield name

    def _release(self, refs: Iterable[Ref], changes: Changes) -> None:
        for ref in refs:
            waiting = self._waiting[ref]
            if not waiting.missing:
                del self._waiting[ref]
                changes.released.append(waiting.put)
                self._keep(ref, waiting.names, changes)


def named_in(fact: Fact) -> Iterator[str]:
    """The Secrets, in its own namespace, that an object names."""
    if isinstance(fact, Ingress):
        yield from (entry.secret_name for entry in fact.spec.tls if entry.secret_name)
    elif isinstance(fact, BGPPeer) and fact.spec.password_secret.name:
        yield fact.spec.password_secret.name
