"""What one reflector is about, and what it tells."""

from typing import NamedTuple

from portico.kube.api.resource import Resource
from portico.kube.api.told import Key, Told
from portico.sources.cluster.reading import Read


class Feed(NamedTuple):
    """All objects of a kind, in one namespace if there is one; or a single one that is named."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    types: str = ""
    """A field selector, of Secrets."""
    labels: str = ""
    """A label selector, of Namespaces."""

    @property
    def kind(self) -> str:
        return self.resource.kind

    @property
    def fields(self) -> str:
        return f"metadata.name={self.name}" if self.name else self.types

    @property
    def key(self) -> Key:
        """Of the single one."""
        return Key(self.namespace, self.name)


class Heard(NamedTuple):
    """What a feed has told at once."""

    feed: Feed
    number: int
    """Which of several that began and ended after each other."""
    told: list[Told[Read | None]]
