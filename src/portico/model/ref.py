"""How facts are addressed: one by one, or by an indexed value they share."""

from typing import NamedTuple


class Ref(NamedTuple):
    """One object. Cluster-scoped kinds have an empty namespace."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


class Group(NamedTuple):
    """All facts of one kind that share one indexed value, e.g. the slices of a Service."""

    kind: str
    by: str
    value: str


Topic = Ref | Group
"""Anything a compile step can read, whether or not it exists yet."""
