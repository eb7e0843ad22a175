"""How a compile step reads the store, leaving a trail of what it read."""

from typing import TypeVar

from portico.model.fact import Fact
from portico.model.ref import Group, Ref, Topic
from portico.settings import Settings
from portico.store import Store

F = TypeVar("F", bound=Fact)


class Look:
    """Reads are recorded, so nobody has to write (or forget) which fact affects which step."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
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
