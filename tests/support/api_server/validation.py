"""The mistakes that a real server refuses and that Portico might make."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any

from support.api_server.kinds import Kind
from support.api_server.refusals import bad_request, invalid

Complaint = tuple[str, str]

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_MICRO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_LOOSE_NAMES = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}


def validate(kind: Kind, document: dict[str, Any]) -> None:
    """Raises Refused with everything that is wrong."""
    name = document["metadata"].get("name", "")
    complaints = dict(_metadata(kind, document["metadata"]))
    check = _CHECKS.get((kind.group, kind.kind))
    if check is not None:
        complaints.update(check(document))
    if complaints:
        raise invalid(kind, name, complaints)


def check_shape(kind: Kind, document: Any, namespace: str, name: str) -> None:
    """The body must be about what the path is about."""
    if not isinstance(document, dict) or not isinstance(document.get("metadata", {}), dict):
        raise bad_request("the body of the request is not an object")
    told = (document.get("apiVersion"), document.get("kind"))
    if told != (kind.api_version, kind.kind):
        text = f"{told[0]}/{told[1]} does not match the expected {kind.api_version}/{kind.kind}"
        raise bad_request(text)
    metadata = document.setdefault("metadata", {})
    if not kind.namespaced and metadata.get("namespace"):
        raise bad_request("namespace is not allowed on this type")
    if metadata.get("namespace", namespace) != namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if name and metadata.get("name", name) != name:
        raise bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL "
            f"({name})"
        )


def _metadata(kind: Kind, metadata: dict[str, Any]) -> Iterator[Complaint]:
    name = metadata.get("name", "")
    if not name:
        yield "metadata.name", "Required value: name or generateName is required"
    elif kind.kind not in _LOOSE_NAMES and not (_SUBDOMAIN.fullmatch(name) and len(name) <= 253):
        yield (
            "metadata.name",
            f'Invalid value: "{name}": a lowercase RFC 1123 subdomain must consist of lower case '
            "alphanumeric characters, '-' or '.'",
        )
    if kind.kind == "Service" and not re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", name):
        yield "metadata.name", f'Invalid value: "{name}": a DNS-1035 label'
    for label, value in (metadata.get("labels") or {}).items():
        if not isinstance(value, str) or len(value) > 63 or not _VALUE.fullmatch(value):
            yield "metadata.labels", f'Invalid value: "{value}": of label {label}'
    for annotation, value in (metadata.get("annotations") or {}).items():
        if not isinstance(value, str):
            yield "metadata.annotations", f"Invalid value: {annotation} is not text"


def _secret(document: dict[str, Any]) -> Iterator[Complaint]:
    data = document.get("data") or {}
    for name, value in data.items():
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise bad_request(f"Secret: {name}: illegal base64 data") from None
    if document.get("type") == "kubernetes.io/tls":
        for name in ("tls.crt", "tls.key"):
            if name not in data:
                yield f"data[{name}]", "Required value"


def _service(document: dict[str, Any]) -> Iterator[Complaint]:
    spec = document.get("spec") or {}
    ports = spec.get("ports") or []
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield "spec.ports", "Required value"
    for index, port in enumerate(ports):
        number = port.get("port")
        if not isinstance(number, int) or not 1 <= number <= 65535:
            why = f"Invalid value: {number}: must be between 1 and 65535, inclusive"
            yield f"spec.ports[{index}].port", why
        if len(ports) > 1 and not port.get("name"):
            yield f"spec.ports[{index}].name", "Required value"


def _ingress(document: dict[str, Any]) -> Iterator[Complaint]:
    spec = document.get("spec") or {}
    if not spec.get("rules") and not spec.get("defaultBackend"):
        why = "Invalid value: []: either `defaultBackend` or `rules` must be specified"
        yield "spec", why
    for at, rule in enumerate(spec.get("rules") or ()):
        for number, path in enumerate((rule.get("http") or {}).get("paths") or ()):
            field = f"spec.rules[{at}].http.paths[{number}]"
            if path.get("pathType") not in ("Exact", "Prefix", "ImplementationSpecific"):
                yield f"{field}.pathType", "Required value: pathType must be specified"
            elif path["pathType"] != "ImplementationSpecific" and not str(
                path.get("path", "")
            ).startswith("/"):
                yield f"{field}.path", "Invalid value: must be an absolute path"


def _endpoint_slice(document: dict[str, Any]) -> Iterator[Complaint]:
    if document.get("addressType") not in ("IPv4", "IPv6", "FQDN"):
        yield "addressType", "Unsupported value"
    for index, endpoint in enumerate(document.get("endpoints") or ()):
        if not 1 <= len(endpoint.get("addresses") or ()) <= 100:
            yield f"endpoints[{index}].addresses", "Required value: must contain at least 1 address"


def _lease(document: dict[str, Any]) -> Iterator[Complaint]:
    spec = document.get("spec") or {}
    seconds = spec.get("leaseDurationSeconds")
    if seconds is not None and (not isinstance(seconds, int) or seconds <= 0):
        yield "spec.leaseDurationSeconds", f"Invalid value: {seconds}: must be greater than 0"
    if (spec.get("leaseTransitions") or 0) < 0:
        yield "spec.leaseTransitions", "Invalid value: must be greater than or equal to 0"
    for field in ("acquireTime", "renewTime"):
        if spec.get(field) is not None and not _MICRO.fullmatch(str(spec[field])):
            yield f"spec.{field}", f'Invalid value: "{spec[field]}": not a time with microseconds'


def _event(document: dict[str, Any]) -> Iterator[Complaint]:
    if not _MICRO.fullmatch(str(document.get("eventTime") or "")):
        yield "eventTime", "Required value"
    for field in ("reportingController", "reportingInstance", "action", "reason"):
        if not 0 < len(document.get(field) or "") <= 128:
            yield field, "Required value: at most 128 bytes"
    if document.get("type") not in ("Normal", "Warning"):
        yield "type", "Invalid value: must be Normal or Warning"
    if len((document.get("note") or "").encode()) > 1024:
        yield "note", "Invalid value: can have at most 1024 bytes"
    yield from _event_series(document.get("series"))
    about = (document.get("regarding") or {}).get("namespace", "")
    if document["metadata"].get("namespace") != (about or "default"):
        yield "regarding.namespace", f'Invalid value: "{about}": does not match event.namespace'


def _event_series(series: Any) -> Iterator[Complaint]:
    if series is None:
        return
    if series.get("count", 0) < 2:
        yield "series.count", "Invalid value: should be at least 2"
    if not _MICRO.fullmatch(str(series.get("lastObservedTime") or "")):
        yield "series.lastObservedTime", "Required value"


def _custom(document: dict[str, Any]) -> Iterator[Complaint]:
    spec = document.get("spec") or {}
    expected = f"{(spec.get('names') or {}).get('plural')}.{spec.get('group')}"
    if document["metadata"].get("name") != expected:
        yield "metadata.name", f'Invalid value: must be "{expected}"'
    for index, version in enumerate(spec.get("versions") or ()):
        if not (version.get("schema") or {}).get("openAPIV3Schema"):
            yield f"spec.versions[{index}].schema.openAPIV3Schema", "Required value"


_CHECKS: dict[tuple[str, str], Callable[[dict[str, Any]], Iterator[Complaint]]] = {
    ("", "Secret"): _secret,
    ("", "Service"): _service,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("discovery.k8s.io", "EndpointSlice"): _endpoint_slice,
    ("coordination.k8s.io", "Lease"): _lease,
    ("events.k8s.io", "Event"): _event,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _custom,
}
