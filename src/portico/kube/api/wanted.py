"""Which objects are followed, and what is made of them."""

from dataclasses import dataclass
from typing import Final, Generic

import msgspec
from msgspec import Raw, Struct

from portico.kube.api.known import Decode, number
from portico.kube.api.resource import Resource
from portico.kube.api.told import T
from portico.kube.http.errors import GarbledError
from portico.kube.http.request import Request

PAGE: Final = 500

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """Objects of one kind; of all namespaces where none is named. Selectors are as in the API."""

    resource: Resource
    decode: Decode[T]
    namespace: str = ""
    labels: str = ""
    fields: str = ""

    @property
    def path(self) -> str:
        return self.resource.path(self.namespace)

    @property
    def selectors(self) -> Query:
        labels = (("labelSelector", self.labels),) if self.labels else ()
        fields = (("fieldSelector", self.fields),) if self.fields else ()
        return (*labels, *fields)

    def page(self, rest: str, limit: int) -> Query:
        """A part of a list of now. `rest` is what the part before it gave; limit 0 is all of it."""
        bound = (("limit", str(limit)),) if limit else ()
        more = (("continue", rest),) if rest else ()
        return (*self.selectors, *bound, *more)

    def watch(self, version: int, seconds: int) -> Query:
        """What comes after a version."""
        since = ("resourceVersion", str(version))
        return (*self._watch(seconds), since)

    def streamed_list(self, seconds: int) -> Query:
        """All there is, a mark, and then what comes (KEP-3157)."""
        match = ("resourceVersionMatch", "NotOlderThan")
        return (*self._watch(seconds), ("sendInitialEvents", "true"), match)

    def _watch(self, seconds: int) -> Query:
        marks = ("allowWatchBookmarks", "true")
        return (("watch", "1"), marks, ("timeoutSeconds", str(seconds)), *self.selectors)


def typed(kind: type[T]) -> Decode[T]:
    """What msgspec makes of it; fields that the type does not have are skipped."""
    return msgspec.json.Decoder(kind).decode


class _ListMetadata(Struct, frozen=True, rename="camel"):
    resource_version: str = ""
    rest: str = msgspec.field(default="", name="continue")


class Page(Struct, frozen=True):
    """A part of a list."""

    metadata: _ListMetadata
    items: list[Raw] | None = None

    @property
    def version(self) -> int:
        return number(self.metadata.resource_version)


_PAGE: Final = msgspec.json.Decoder(Page)


def read_page(request: Request, body: bytes) -> Page:
    """Raises GarbledError for what is no list, as the page of a portal."""
    try:
        return _PAGE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GarbledError(f"{request.path} has answered with what is no list: {error}") from None
