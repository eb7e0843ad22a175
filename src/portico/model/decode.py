"""From a document to a fact, or to the reason why not."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeGuard

import msgspec

from portico.lib.shorten import shown
from portico.model.complaint import Complaint, complaint
from portico.model.core import ConfigMap, Endpoints, Namespace, Node, Secret, Service
from portico.model.discovery import EndpointSlice
from portico.model.fact import Fact
from portico.model.fault import Severity
from portico.model.metallb import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
)
from portico.model.networking import Ingress, IngressClass
from portico.model.openelb import BgpConf, BgpPeer, Eip
from portico.model.openelb_former import read_conf, read_peer
from portico.model.ref import Ref
from portico.model.secret import SecretError, read_secret

Document = Mapping[str, object]

KINDS: Final[Mapping[tuple[str, str], type[Fact]]] = {
    ("v1", "Service"): Service,
    ("v1", "Endpoints"): Endpoints,
    ("v1", "ConfigMap"): ConfigMap,
    ("v1", "Namespace"): Namespace,
    ("v1", "Node"): Node,
    ("discovery.k8s.io/v1", "EndpointSlice"): EndpointSlice,
    ("networking.k8s.io/v1", "Ingress"): Ingress,
    ("networking.k8s.io/v1", "IngressClass"): IngressClass,
    ("metallb.io/v1beta1", "IPAddressPool"): IPAddressPool,
    ("metallb.io/v1beta1", "L2Advertisement"): L2Advertisement,
    ("metallb.io/v1beta1", "BGPAdvertisement"): BGPAdvertisement,
    ("metallb.io/v1beta2", "BGPPeer"): BGPPeer,
    ("metallb.io/v1beta1", "BFDProfile"): BFDProfile,
    ("metallb.io/v1beta1", "Community"): Community,
    ("network.kubesphere.io/v1alpha2", "Eip"): Eip,
    ("network.kubesphere.io/v1alpha2", "BgpConf"): BgpConf,
    ("network.kubesphere.io/v1alpha2", "BgpPeer"): BgpPeer,
}
"""The version of each kind that Portico works with."""

Reader = Callable[[Document], Fact]

FORMER_VERSIONS: Final[Mapping[tuple[str, str], Reader]] = {
    ("metallb.io/v1beta1", "BGPPeer"): lambda document: msgspec.convert(document, BGPPeer),
    ("network.kubesphere.io/v1alpha1", "Eip"): lambda document: msgspec.convert(document, Eip),
    ("network.kubesphere.io/v1alpha1", "BgpConf"): read_conf,
    ("network.kubesphere.io/v1alpha1", "BgpPeer"): read_peer,
}
"""Versions that are read from files, too. An API server converts them."""

CURRENT_VERSION: Final[Mapping[str, str]] = {kind: version for version, kind in KINDS} | {
    "Secret": "v1"
}

CLUSTER_SCOPED: Final = frozenset(fact.KIND for fact in KINDS.values() if not fact.NAMESPACED)

FORMER_GROUPS: Final = frozenset({("extensions", "Ingress")})
"""Where kinds lived before they got their present group."""

LONGEST_NAME: Final = 253


class Trouble(NamedTuple):
    """Why a document is no fact; the source adds where it stands."""

    ref: Ref | None
    field: str
    reason: str
    hint: str
    severity: Severity = Severity.ERROR


_NO_OBJECT: Final = ("is missing, or not text", "every Kubernetes object has apiVersion and kind")
_TORN: Final = Complaint("", "has a field whose name is not text", "write whole characters")


def decode(document: object) -> Fact | Trouble:
    """One object of any kind Portico reads; never raises for what a user wrote.

    Sources leave out fields that are null, as the API server does.
    """
    if not isinstance(document, Mapping):
        return Trouble(None, "", "is not a mapping", _NO_OBJECT[1])
    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        field = "kind" if isinstance(version, str) else "apiVersion"
        return Trouble(None, field, *_NO_OBJECT)
    if CURRENT_VERSION.get(kind) != version and (version, kind) not in FORMER_VERSIONS:
        return _unread(document, version, kind)
    try:
        return _read(document, version, kind)
    except msgspec.ValidationError as error:
        told = complaint(str(error), document)
    except SecretError as error:
        told = error.complaint
    except UnicodeEncodeError:
        told = _TORN
    return Trouble(_ref(document, kind), *told)


def _read(document: Document, version: str, kind: str) -> Fact:
    if kind == Secret.KIND:
        return read_secret(document)
    if former := FORMER_VERSIONS.get((version, kind)):
        return former(document)
    return msgspec.convert(document, KINDS[version, kind])


def _unread(document: Document, version: str, kind: str) -> Trouble:
    group = version.rpartition("/")[0]
    current = CURRENT_VERSION.get(kind)
    if current and (group in ("", current.rpartition("/")[0]) or (group, kind) in FORMER_GROUPS):
        reason = f"{shown(version)} of {kind} is not served"
        return Trouble(_ref(document, kind), "apiVersion", reason, f"write {current}")
    # With its group, or it could pass for one of ours that has the same kind and name.
    qualified = f"{kind}.{group}" if group else kind
    reason = f"{shown(qualified)} is not a kind Portico reads"
    return Trouble(_ref(document, qualified), "kind", reason, "left alone", Severity.NOTE)


def _ref(document: Document, kind: str) -> Ref | None:
    """Who the document claims to be, as far as that can be told before it is decoded."""
    metadata = document.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    name, namespace = metadata.get("name"), metadata.get("namespace") or ""
    if not (_is_plain(kind) and _is_plain(name) and (namespace == "" or _is_plain(namespace))):
        return None
    if kind in CURRENT_VERSION:
        namespace = "" if kind in CLUSTER_SCOPED else namespace or "default"
    return Ref(kind, namespace, name)


def _is_plain(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and 0 < len(text) <= LONGEST_NAME and text.isprintable()
