"""From a document to a fact, or to the reason why not."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from portico.model.core import ConfigMap, Endpoints, Namespace, Secret, Service
from portico.model.discovery import EndpointSlice
from portico.model.fact import Fact, Metadata
from portico.model.fault import Severity
from portico.model.key_pair import KeyPair, KeyPairError, parse_key_pair
from portico.model.networking import Ingress, IngressClass
from portico.model.opaque import Opaque
from portico.model.ref import Ref

Document = Mapping[str, object]

KINDS: Final[Mapping[tuple[str, str], type[Fact]]] = {
    ("v1", "Service"): Service,
    ("v1", "Endpoints"): Endpoints,
    ("v1", "ConfigMap"): ConfigMap,
    ("v1", "Namespace"): Namespace,
    ("discovery.k8s.io/v1", "EndpointSlice"): EndpointSlice,
    ("networking.k8s.io/v1", "Ingress"): Ingress,
    ("networking.k8s.io/v1", "IngressClass"): IngressClass,
}

CURRENT_VERSION: Final[Mapping[str, str]] = {kind: version for version, kind in KINDS} | {
    "Secret": "v1"
}


class Trouble(NamedTuple):
    """Why a document is no fact; the source adds where it stands."""

    ref: Ref | None
    field: str
    reason: str
    hint: str
    severity: Severity = Severity.ERROR


class _SecretDocument(msgspec.Struct, rename="camel"):
    metadata: Metadata
    type: str = "Opaque"
    data: dict[str, str] = {}
    string_data: dict[str, str] = {}


def decode(document: Document) -> Fact | Trouble:
    """One object of any kind Portico reads; never raises for what a user wrote."""
    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return Trouble(
            None,
            "kind" if isinstance(version, str) else "apiVersion",
            "is missing: this is not a Kubernetes object",
            "every object has apiVersion and kind",
        )
    try:
        if (version, kind) == ("v1", "Secret"):
            return _secret(msgspec.convert(document, _SecretDocument))
        if fact_type := KINDS.get((version, kind)):
            return msgspec.convert(document, fact_type)
    except msgspec.ValidationError as error:
        return _invalid(_ref(document, kind), str(error), document)
    except KeyPairError as error:
        field = f'data["{error.field}"]'
        return Trouble(_ref(document, kind), field, error.reason, error.hint)
    return _unread(_ref(document, kind), version, kind)


def _secret(document: _SecretDocument) -> Secret:
    values = {}
    for key, text in document.data.items():
        try:
            values[key] = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise KeyPairError(
                key, "is not base64", "encode it, or write it as it is under stringData"
            ) from None
    values |= {key: text.encode() for key, text in document.string_data.items()}
    return Secret(
        metadata=document.metadata,
        type=document.type,
        values=Opaque(values),
        key_pair=_key_pair(document.type, values),
    )


def _key_pair(secret_type: str, values: Mapping[str, bytes]) -> KeyPair | None:
    if {"tls.crt", "tls.key"} <= values.keys():
        return parse_key_pair(values["tls.crt"], values["tls.key"])
    if secret_type == "kubernetes.io/tls":  # noqa: S105  # a type, not a password
        missing = next(key for key in ("tls.crt", "tls.key") if key not in values)
        raise KeyPairError(missing, "is missing", "a kubernetes.io/tls Secret holds both")
    return None


_AT = re.compile(r"\A(?P<reason>.*?)(?: - at `(?P<key>key in )?\$(?P<path>.*)`)?\Z", re.DOTALL)

HINTS: Final[tuple[tuple[str, str], ...]] = (
    ("got `bool`", 'quote it: "true"'),
    ("got `int`", 'quote it, as in "80"'),
    ("got `float`", 'quote it, as in "1.0"'),
    ("matching regex", "lower-case letters, digits, '-' and (in names) '.'"),
    ("<= 65535", "ports are 1-65535"),
    (">= 1", "ports are 1-65535"),
    ("missing required field", "add the field"),
    ("Expected `array`", "write a list: each item starts with '- '"),
    ("Expected `object`", "write a mapping: key: value, indented below the field"),
)


def _invalid(ref: Ref | None, message: str, document: Document) -> Trouble:
    found = _AT.match(message)
    assert found
    reason = found["reason"]
    hint = next((hint for sign, hint in HINTS if sign in reason), "see the field's API reference")
    if "Expected `str`" not in reason and "quote" in hint:
        hint = "write a value of the expected type"
    path = (found["path"] or "").removeprefix(".")
    return Trouble(ref, _name_key(path, document), reason, hint)


def _name_key(path: str, document: Document) -> str:
    """Put the name of the offending key where msgspec writes `[...]` for "some key of a mapping"."""
    if not path.endswith("[...]"):
        return path
    parent: object = document
    for part in path.removesuffix("[...]").split("."):
        parent = parent.get(part) if isinstance(parent, Mapping) else None
    if isinstance(parent, Mapping):
        for key, value in parent.items():
            if not isinstance(value, str):
                return f'{path.removesuffix("[...]")}["{key}"]'
    return path.removesuffix("[...]")


def _unread(ref: Ref | None, version: str, kind: str) -> Trouble:
    if current := CURRENT_VERSION.get(kind):
        return Trouble(
            ref, "apiVersion", f"{version!r} of {kind} is not served", f"write {current}"
        )
    return Trouble(
        ref, "kind", f"{kind} ({version}) is not a kind Portico reads", "left alone", Severity.NOTE
    )


def _ref(document: Document, kind: str) -> Ref | None:
    """Who the document claims to be, as far as that can be told before it is decoded."""
    metadata = document.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    name, namespace = metadata.get("name"), metadata.get("namespace", "default")
    if not isinstance(name, str) or not isinstance(namespace, str):
        return None
    known = next((fact for (_, known), fact in KINDS.items() if known == kind), None)
    return Ref(kind, namespace if known is None or known.NAMESPACED else "", name)
