"""How a compile step reads the store, leaving a trail of what it read."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar, TypeVarTuple, cast

from portico.model.fact import Fact
from portico.model.ref import Group, Ref, Topic
from portico.settings import Settings
from portico.store import Store

F = TypeVar("F", bound=Fact)
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Shared(NamedTuple):
    """What several steps work out alike, and what was read for it."""

    found: object
    trail: frozenset[Topic]


Memo = dict[tuple[object, ...], Shared]


class Look:
    """Reads are recorded, so nobody has to write (or forget) which fact affects which step."""

    def __init__(self, store: Store, settings: Settings, memo: Memo | None = None) -> None:
        self._store = store
        self._memo: Memo = {} if memo is None else memo
        self.settings = settings  # never changes while the process runs, so it leaves no trail
        self.trail: set[Topic] = set()

    def get(self, kind: type[F], namespace: str, name: str) -> F | None:
        """One fact. A miss is a dependency too: creation must wake us."""
        ref = Ref(kind.KIND, namespace, name)
        self.trail.add(ref)
        fact = self._store.get(ref)
        assert fact is None or isinstance(fact, kind)
        return fact

    def group(self, kind: type[F], group: Group) -> list[F]:
        """All facts of a group, in a stable order."""
        self.trail.add(group)
        return [fact for fact in self._store.group(group) if isinstance(fact, kind)]

    def shared(self, work: Callable[["Look", *Ts], T], *told: *Ts) -> T:
        """What `work` finds out: asked once for all steps of one pass, as the store stands still.

        Every step that asks has read what was read for it.
        """
        key = (work, *told)
        if key not in self._memo:
            look = Look(self._store, self.settings, self._memo)
            found = work(look, *told)
            self._memo[key] = Shared(found, frozenset(look.trail))
        shared = self._memo[key]
        self.trail |= shared.trail
        return cast("T", shared.found)
