"""What the server writes into metadata, and which parts of an object a path may change."""

import base64
import datetime
import random
import string
import uuid
from typing import Any, NamedTuple

from support.api_server.kinds import Kind
from support.api_server.owners import Owners, leaves, value_at
from support.api_server.storage import Document

OURS = ("uid", "creationTimestamp", "generation", "deletionTimestamp",
        "deletionGracePeriodSeconds", "managedFields")  # fmt: skip
"""Fields that only the server writes."""

KEEPS_STATUS = {"Node"}
"""Kinds whose status may come with their creation."""


class Author(NamedTuple):
    """Who writes, when, and how."""

    manager: str
    operation: str
    time: str
    dry_run: bool = False
    subresource: str = ""
    owners: Owners | None = None
    """After an apply, which has settled who owns what."""

    @property
    def who(self) -> tuple[str, str, str]:
        return (self.manager, self.operation, self.subresource)

    def signed(self, kind: Kind, subresource: str, old: Document, new: Document) -> Document:
        owners = self.owners
        if owners is None:
            owners = Owners(old.get("metadata", {}).get("managedFields", ()))
            # The status of a new object is the server's own, whoever creates it.
            first = {path for path in leaves(new) if path[0] != "status"}
            paths = {*leaves(old), *leaves(new)} if old else first
            changed = {path for path in paths if value_at(old, path) != value_at(new, path)}
            gone = {path for path in changed if value_at(new, path) is None}
            owners.wrote(self.who, changed - gone, self.time)
        metadata = {
            **new["metadata"],
            "managedFields": owners.listed(kind),
        }
        metadata.setdefault("creationTimestamp", self.time)
        return {**new, "metadata": metadata}


def born(kind: Kind, namespace: str, document: Document, number: int) -> Document:
    """A new object, with what the server adds."""
    metadata = {name: value for name, value in document["metadata"].items() if name not in OURS}
    if not metadata.get("name") and metadata.get("generateName"):
        letters = random.Random(number).choices(string.ascii_lowercase + string.digits, k=5)
        metadata["name"] = metadata["generateName"] + "".join(letters)
    if kind.namespaced:
        metadata["namespace"] = namespace
    metadata["uid"] = str(uuid.uuid4())
    if kind.counts_generations:
        metadata["generation"] = 1
    result = {**document, "metadata": metadata}
    if kind.has_status and kind.kind not in KEEPS_STATUS:
        result.pop("status", None)
    if kind.kind == "Namespace":
        metadata["labels"] = {
            **(metadata.get("labels") or {}),
            "kubernetes.io/metadata.name": metadata["name"],
        }
        result["status"] = {"phase": "Active"}
    if kind.kind in ("Service", "Ingress"):
        result["status"] = {"loadBalancer": {}}
    if kind.kind == "Secret":
        result.setdefault("type", "Opaque")
        _fold(result)
    return result


def renewed(kind: Kind, subresource: str, old: Document, new: Document) -> Document:
    """What a path may change of an object, changed; the rest as it was."""
    metadata = {name: value for name, value in new["metadata"].items() if name not in OURS}
    metadata |= {name: old["metadata"][name] for name in OURS if name in old["metadata"]}
    if subresource == "status":
        # Real servers let /status change the labels of custom kinds only; nobody here needs it.
        metadata = dict(old["metadata"])
        result = {**old, "metadata": metadata}
        result.pop("status", None)
        return result | ({"status": new["status"]} if new.get("status") is not None else {})
    result = {**new, "metadata": metadata}
    if kind.has_status:
        result.pop("status", None)
        result |= {"status": old["status"]} if "status" in old else {}
    if kind.kind == "Secret":
        _fold(result)
    if kind.counts_generations and _wish(old) != _wish(result):
        metadata["generation"] = old["metadata"].get("generation", 1) + 1
    return result


def without_times(document: Document) -> Document:
    ignored = ("managedFields", "resourceVersion")
    metadata = {k: v for k, v in document["metadata"].items() if k not in ignored}
    return {**document, "metadata": metadata}


def _wish(document: Document) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k not in ("metadata", "status")}


def _fold(secret: Document) -> None:
    """stringData is a way to write data, and never read back."""
    told = secret.pop("stringData", None) or {}
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in told.items()}
    if encoded:
        secret["data"] = {**(secret.get("data") or {}), **encoded}


def moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
