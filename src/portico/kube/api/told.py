"""What a reflector tells of the objects it follows."""

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Key(NamedTuple):
    """One object among those of its kind. Cluster-scoped kinds have an empty namespace."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Put(NamedTuple, Generic[T]):
    """This object is so now."""

    key: Key
    object: T


class Unread(NamedTuple):
    """This object has changed, and what it is now cannot be decoded."""

    key: Key
    reason: str


class Delete(NamedTuple):
    """This object is gone."""

    key: Key


class Synced(NamedTuple):
    """Everything there is has been told, and nothing else is there.

    A kind that the server does not have is synced, too: there are no objects of it.
    """

    is_served: bool = True


class Trouble(NamedTuple):
    """The server cannot be followed right now; what was told stays, as the last that is known."""

    reason: str


class Recovered(NamedTuple):
    """The trouble is over, and the server is followed again."""


Told = Put[T] | Unread | Delete | Synced | Trouble | Recovered
