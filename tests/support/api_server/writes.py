"""Create, replace, patch, delete: the rules between a request and the storage."""

import itertools
from typing import Any, NamedTuple

from support.api_server.kinds import Kind, Kinds
from support.api_server.metadata import Author, born, renewed, without_times
from support.api_server.owners import Owners, applied
from support.api_server.refusals import Refused, already_exists, conflict, not_found
from support.api_server.storage import Document, Key, Storage, Stored
from support.api_server.validation import check_shape, validate
from support.api_server.versions import home, inwards, outwards

NAMESPACE = ("", "v1", "namespaces")
DEFINITION = "CustomResourceDefinition"


class Place(NamedTuple):
    """What a request is about."""

    kind: Kind
    namespace: str
    name: str = ""
    subresource: str = ""

    @property
    def key(self) -> Key:
        return (self.namespace, self.name)


class Writes:
    def __init__(self, storage: Storage, kinds: Kinds) -> None:
        self._storage = storage
        self._kinds = kinds
        self._numbers = itertools.count(1)

    def read(self, place: Place) -> Stored:
        found = self._storage.get(home(self._kinds, place.kind), place.key)
        if found is None:
            raise not_found(place.kind, place.name)
        return outwards(found, place.kind)

    def create(self, place: Place, document: Document, author: Author) -> Stored:
        kind = place.kind
        check_shape(kind, document, place.namespace, "")
        if document["metadata"].get("resourceVersion"):
            raise Refused(
                500, "InternalError", "resourceVersion should not be set on objects to be created"
            )
        self._need_namespace(place)
        document = born(kind, place.namespace, document, next(self._numbers))
        place = place._replace(name=document["metadata"]["name"])
        validate(kind, document)
        if self._storage.get(home(self._kinds, kind), place.key):
            raise already_exists(kind, place.name)
        return self._finish(place, {}, document, author)

    def replace(self, place: Place, document: Document, author: Author) -> Stored:
        kind = place.kind
        check_shape(kind, document, place.namespace, place.name)
        old = self.read(place)
        told = document["metadata"].get("resourceVersion")
        if not told and kind.needs_version:
            raise Refused(
                422, "Invalid", "metadata.resourceVersion: Invalid value: 0: must be specified "
                "for an update",
            )  # fmt: skip
        if told and told != str(old.revision):
            raise conflict(kind, place.name)
        uid = document["metadata"].get("uid")
        if uid and uid != old.document["metadata"]["uid"]:
            why = f"Precondition failed: UID in precondition: {uid}"
            raise conflict(kind, place.name, why)
        return self._update(place, old, document, author)

    def patched(self, place: Place, old: Stored, document: Document, author: Author) -> Stored:
        """What a patch has made of the object replaces it, if nobody was faster."""
        check_shape(place.kind, document, place.namespace, place.name)
        told = document["metadata"].get("resourceVersion")
        if told != str(old.revision):
            raise conflict(place.kind, place.name)
        return self._update(place, old, document, author)

    def apply(self, place: Place, wanted: Document, author: Author, *, force: bool) -> Stored:
        """Server-side apply; creates what is not there."""
        check_shape(place.kind, wanted, place.namespace, place.name)
        wanted["metadata"].setdefault("name", place.name)
        found = self._storage.get(home(self._kinds, place.kind), place.key)
        if found is None:
            if place.subresource:
                raise not_found(place.kind, place.name)
            return self.create(place._replace(name="", subresource=""), wanted, author)
        old = outwards(found, place.kind)
        told = wanted["metadata"].get("resourceVersion")
        if told and told != str(old.revision):
            raise conflict(place.kind, place.name)
        owners = Owners(old.document["metadata"].get("managedFields", ()))
        made = applied(old.document, wanted, owners, author.who, time=author.time, force=force)
        return self._update(place, old, made, author._replace(owners=owners))

    def delete(self, place: Place, options: dict[str, Any], author: Author) -> Stored | None:
        """What is left of the object: nothing, or one that waits for its finalizers."""
        old = self.read(place)
        metadata = old.document["metadata"]
        wanted = options.get("preconditions") or {}
        for field, value in wanted.items():
            if metadata[field] != value:
                why = f"Precondition failed: {field}: {value} is not {metadata[field]}"
                raise conflict(place.kind, place.name, why)
        if author.dry_run:
            return None
        stored_kind = home(self._kinds, place.kind)
        if metadata.get("finalizers"):
            if metadata.get("deletionTimestamp"):
                return old
            leaving = {"deletionTimestamp": author.time, "deletionGracePeriodSeconds": 0}
            document = {**old.document, "metadata": {**metadata, **leaving}}
            stored = inwards(document, place.kind, stored_kind)
            return outwards(self._storage.put(stored_kind, place.key, stored), place.kind)
        self._remove(stored_kind, place.key)
        return None

    def _update(self, place: Place, old: Stored, document: Document, author: Author) -> Stored:
        document = renewed(place.kind, place.subresource, old.document, document)
        validate(place.kind, document)
        if without_times(document) == without_times(old.document):
            return old
        return self._finish(place, old.document, document, author)

    def _finish(self, place: Place, old: Document, new: Document, author: Author) -> Stored:
        """Note who owns what, and store it; or, in a dry run, only tell what would be stored."""
        document = author.signed(place.kind, place.subresource, old, new)
        stored_kind = home(self._kinds, place.kind)
        if author.dry_run:
            return Stored(0, document, b"")
        metadata = document["metadata"]
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            gone = self._remove(stored_kind, place.key)
            return outwards(gone, place.kind)
        stored = self._storage.put(
            stored_kind, place.key, inwards(document, place.kind, stored_kind)
        )
        if place.kind.kind == DEFINITION:
            self._kinds.define(document)
        return outwards(stored, place.kind)

    def _remove(self, kind: Kind, key: Key) -> Stored:
        gone = self._storage.remove(kind, key)
        if kind[:3] == NAMESPACE:
            self._empty(lambda _, each: each[0] == key[1])
        if kind.kind == DEFINITION:
            lost = set(self._kinds.undefine(gone.document))
            self._empty(lambda each, _: each in lost)
        return gone

    def _empty(self, belongs: Any) -> None:
        for kind, key in self._storage.everything():
            if belongs(kind, key):
                self._storage.remove(kind, key)

    def _need_namespace(self, place: Place) -> None:
        namespaces = self._kinds.find(*NAMESPACE)
        assert namespaces is not None
        if place.kind.namespaced and self._storage.get(namespaces, ("", place.namespace)) is None:
            raise not_found(namespaces, place.namespace)
