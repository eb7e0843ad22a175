"""All that the server knows, without a socket."""

import uuid
from collections.abc import Iterable
from typing import Any

from portico.lib.clock import now
from support.api_server.access import Access, Asked
from support.api_server.faults import Faults
from support.api_server.kinds import Kind, Kinds
from support.api_server.metadata import moment
from support.api_server.refusals import no_such_path
from support.api_server.storage import Change, Document, Key, Saved, Storage
from support.api_server.versions import home, inwards
from support.api_server.watches import StreamedLists, Watch
from support.api_server.writes import Place, Writes
from support.kubelet.nodes import Nodes

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
OWN_PATHS = ("status", "finalize")


class Cluster:
    def __init__(self, bookmark_every: float, streamed_lists: StreamedLists) -> None:
        self.bookmark_every = bookmark_every
        self.streamed_lists = streamed_lists
        self.kinds = Kinds()
        self.storage = Storage()
        self.writes = Writes(self.storage, self.kinds)
        self.access = Access()
        self.faults = Faults()
        self.watches: set[Watch] = set()
        self.requests: list[Asked] = []
        self.nodes = Nodes()
        self.storage.listeners.add(self._tell_nodes)
        for name in NAMESPACES:
            self.put(namespace(name))

    def place(self, path: str) -> Place:
        """What a path is about; raises Refused where it is about nothing."""
        steps = path.strip("/").split("/")
        if steps[0] == "api":
            group, version, rest = "", steps[1] if len(steps) > 1 else "", steps[2:]
        elif steps[0] == "apis" and len(steps) > 2:
            group, version, rest = steps[1], steps[2], steps[3:]
        else:
            raise no_such_path()
        where = ""
        if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] not in OWN_PATHS:
            where, rest = rest[1], rest[2:]
        plural, name, subresource, *more = [*rest, "", "", ""][: max(3, len(rest))]
        kind = self.kinds.find(group, version, plural)
        if kind is None or more or not _fits(kind, where, name, subresource):
            raise no_such_path()
        return Place(kind, where, name, subresource)

    def put(self, document: Document) -> None:
        """Write as somebody else would, whose writes are nobody's concern here, status and all."""
        kind = self.kinds.of(document)
        metadata = dict(document["metadata"])
        if kind.namespaced:
            metadata.setdefault("namespace", "default")
        key = (metadata.get("namespace", ""), metadata["name"])
        stored = home(self.kinds, kind)
        old = self.storage.get(stored, key)
        before = old.document["metadata"] if old else {}
        metadata.setdefault("uid", before.get("uid") or str(uuid.uuid4()))
        metadata.setdefault("creationTimestamp", before.get("creationTimestamp") or moment(now()))
        if kind.counts_generations:
            metadata.setdefault("generation", before.get("generation", 0) + 1)
        self.storage.put(stored, key, inwards({**document, "metadata": metadata}, kind, stored))
        if kind.kind == "CustomResourceDefinition":
            self.kinds.define(document)

    def put_all(self, documents: Iterable[Document]) -> None:
        for document in documents:
            self.put(document)

    def remove(self, plural: str, namespace: str, name: str) -> None:
        self.storage.remove(self.kind(plural), (namespace, name))

    def kind(self, plural: str) -> Kind:
        """By `plural` or `plural.group`; the stored version."""
        name, _, group = plural.partition(".")
        found = (k for k in self.kinds if k.plural == name and (not group or k.group == group))
        return home(self.kinds, next(found))

    def get(self, plural: str, namespace: str, name: str) -> Any:
        found = self.storage.get(self.kind(plural), (namespace, name))
        return found.document if found else None

    def all(self, plural: str) -> list[Document]:
        return [each.document for each in self.storage.all(self.kind(plural))]

    def keys(self, plural: str) -> list[Key]:
        return [
            (d["metadata"].get("namespace", ""), d["metadata"]["name"]) for d in self.all(plural)
        ]

    def load(self, saved: Saved) -> None:
        self.storage.load(saved)

    def stop_watches(self, plural: str = "", **how: Any) -> None:
        for watch in list(self.watches):
            if plural in ("", watch.plural):
                watch.stop(**how)

    def expire_watches(self, plural: str = "") -> None:
        for watch in list(self.watches):
            if plural in ("", watch.plural):
                watch.expire()

    def _tell_nodes(self, kind: Kind, change: Change) -> None:
        if kind.plural == "pods":
            self.nodes.noted(change.now.document, is_deleted=change.verb == "DELETED")


def namespace(name: str) -> Document:
    labels = {"kubernetes.io/metadata.name": name}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": labels},
        "status": {"phase": "Active"},
    }


def _fits(kind: Kind, where: str, name: str, subresource: str) -> bool:
    if bool(where) and not kind.namespaced:
        return False
    if name and kind.namespaced and not where:
        return False
    return subresource in ("", "status" if kind.has_status else "", *kind.connects)
