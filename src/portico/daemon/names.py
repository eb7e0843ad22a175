"""Which DNS names the plan needs resolved: what the compiler wants to know, the resolver asks."""

from typing import Protocol

from portico.plan.backend import Backend
from portico.plan.key import Key
from portico.plan.plan import Diff


class Resolver(Protocol):
    """Resolves the names it is asked for, until it is asked for others."""

    def want(self, names: frozenset[str]) -> None: ...


class Names:
    """Keeps the list of wanted names up to date from what changed alone."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._name_by_backend: dict[Key, str] = {}

    def follow(self, hint: Diff) -> None:
        """Tell the resolver, if the set of names is another one now."""
        before = frozenset(self._name_by_backend.values())
        for key, unit in hint.changed.items():
            if isinstance(unit, Backend) and unit.resolves:
                self._name_by_backend[key] = unit.resolves
            else:
                self._name_by_backend.pop(key, None)
        for key in hint.removed:
            self._name_by_backend.pop(key, None)
        after = frozenset(self._name_by_backend.values())
        if after != before:
            self._resolver.want(after)
