"""What is read of every object's metadata."""

from datetime import datetime

from msgspec import Struct


class Owner(Struct, frozen=True):
    """Who makes more of it."""

    kind: str
    name: str
    controller: bool = False


class Metadata(Struct, frozen=True, rename="camel"):
    """What is read of every object's."""

    name: str
    namespace: str = ""
    uid: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    owner_references: tuple[Owner, ...] = ()
