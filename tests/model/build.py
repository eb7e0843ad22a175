"""Facts for tests, in one line each. All go through decode, as real ones do."""

import base64
from collections.abc import Iterable, Mapping, Sequence

from model.certificates import Pair
from portico.model.core import Endpoints, Node, Resolution, Secret, Service, resolution_of
from portico.model.decode import decode
from portico.model.discovery import EndpointSlice
from portico.model.fact import Fact, Metadata
from portico.model.local import AddressLease, Failed, Health, Listening, NodePortLease
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

Document = dict[str, object]


def fact(document: Document) -> Fact:
    found = decode(document)
    assert isinstance(found, Fact), found
    return found


def document(version: str, kind: str, name: str, namespace: str, **fields: object) -> Document:
    """Names may be followed by `@` and a year of creation."""
    name, _, year = name.partition("@")
    metadata: Document = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if year:
        metadata["creationTimestamp"] = f"{year}-01-01T00:00:00Z"
    for meta in ("labels", "annotations"):
        if found := fields.pop(meta, None):
            metadata[meta] = found
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def backend(text: str) -> Document:
    """`service:port`, the port by number or by name."""
    name, _, port = text.partition(":")
    where: Document = {"number": int(port)} if port.isdigit() else {"name": port}
    return {"service": {"name": name, "port": where}}


def rule(host: str = "", *paths: str) -> Document:
    """Paths as `/path service:port`, with `= ` in front for Exact and `~ ` for neither."""
    found: Document = {"host": host} if host else {}
    if paths:
        found["http"] = {"paths": [_path(path) for path in paths]}
    return found


def _path(text: str) -> Document:
    match = {"=": "Exact", "~": "ImplementationSpecific"}.get(text[0], "Prefix")
    path, where = text.removeprefix("= ").removeprefix("~ ").split()
    return {"path": path, "pathType": match, "backend": backend(where)}


def ingress(
    name: str = "a",
    *rules: Document,
    namespace: str = "shop",
    default: str = "",
    tls: Sequence[tuple[str, Sequence[str]]] = (),
    **fields: object,
) -> Ingress:
    """`tls` is Secret names, each with its hosts. Other fields: annotations, ingressClassName."""
    spec: Document = {}
    if rules:
        spec["rules"] = list(rules)
    if default:
        spec["defaultBackend"] = backend(default)
    if tls:
        spec["tls"] = [{"hosts": list(hosts), "secretName": secret} for secret, hosts in tls]
    if "ingressClassName" in fields:
        spec["ingressClassName"] = fields.pop("ingressClassName")
    made = fact(document("networking.k8s.io/v1", "Ingress", name, namespace, spec=spec, **fields))
    assert isinstance(made, Ingress)
    return made


def ingress_class(name: str, controller: str, *, is_default: bool = False) -> IngressClass:
    text = "true" if is_default else "false"
    annotations = {"ingressclass.kubernetes.io/is-default-class": text}
    spec = {"controller": controller}
    made = fact(
        document(
            "networking.k8s.io/v1", "IngressClass", name, "", spec=spec, annotations=annotations
        )
    )
    assert isinstance(made, IngressClass)
    return made


def service(
    name: str = "cart", *ports: Mapping[str, object], namespace: str = "shop", **spec: object
) -> Service:
    """One port, 80, unless others are given. Annotations, labels and status are not of the spec."""
    fields = {key: spec.pop(key) for key in ("annotations", "labels", "status") if key in spec}
    spec = {"ports": list(ports) or [{"port": 80}], **spec}
    made = fact(document("v1", "Service", name, namespace, spec=spec, **fields))
    assert isinstance(made, Service)
    return made


def external(name: str, target: str, *ports: Mapping[str, object]) -> Service:
    spec = {"type": "ExternalName", "externalName": target, "ports": list(ports)}
    made = fact(document("v1", "Service", name, "shop", spec=spec))
    assert isinstance(made, Service)
    return made


def endpoint(address: str, **conditions: bool) -> Document:
    return {"addresses": [address], "conditions": conditions}


def pod(
    address: str, node: str = "", zone: str = "", hints: str = "", **conditions: bool
) -> Document:
    """An endpoint on a node. Hints as `zone:a,b` or `node:a`, several with a space in between."""
    found: Document = {"addresses": [address], "conditions": conditions}
    if node:
        found["nodeName"] = node
    if zone:
        found["zone"] = zone
    if hints:
        kinds = (hint.split(":") for hint in hints.split())
        found["hints"] = {
            {"zone": "forZones", "node": "forNodes"}[kind]: [{"name": n} for n in names.split(",")]
            for kind, names in kinds
        }
    return found


def node(
    name: str,
    *addresses: str,
    labels: Mapping[str, str] | None = None,
    taints: Iterable[str] = (),
    conditions: Mapping[str, str] | None = None,
    leaving: bool = False,
) -> Node:
    """Addresses as InternalIP, or `Type=address`."""
    pairs = [text.split("=") if "=" in text else ["InternalIP", text] for text in addresses]
    made = document(
        "v1",
        "Node",
        name,
        "",
        labels=labels,
        spec={"taints": [{"key": key} for key in taints]},
        status={
            "addresses": [{"type": kind, "address": found} for kind, found in pairs],
            "conditions": [
                {"type": kind, "status": status} for kind, status in (conditions or {}).items()
            ],
        },
    )
    if leaving:
        metadata = made["metadata"]
        assert isinstance(metadata, dict)
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    decoded = fact(made)
    assert isinstance(decoded, Node)
    return decoded


def slice_of(
    service: str = "cart",
    *endpoints: str | Mapping[str, object],
    name: str = "",
    namespace: str = "shop",
    ports: Iterable[Mapping[str, object]] = ({"port": 8080},),
) -> EndpointSlice:
    """Endpoints as addresses, or made by `endpoint`."""
    made = fact(
        document(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            name or f"{service}-1",
            namespace,
            labels={"kubernetes.io/service-name": service},
            addressType="IPv4",
            endpoints=[endpoint(e) if isinstance(e, str) else e for e in endpoints],
            ports=list(ports),
        )
    )
    assert isinstance(made, EndpointSlice)
    return made


def endpoints(name: str, *subsets: Mapping[str, object], namespace: str = "shop") -> Endpoints:
    made = fact(document("v1", "Endpoints", name, namespace, subsets=list(subsets)))
    assert isinstance(made, Endpoints)
    return made


def secret(name: str, found: Pair | None, namespace: str = "shop") -> Secret:
    """A TLS Secret, or one that holds no certificate."""
    values = {"tls.crt": found.chain, "tls.key": found.key} if found else {"other": b""}
    made = fact(
        document(
            "v1",
            "Secret",
            name,
            namespace,
            type="kubernetes.io/tls" if found else "Opaque",
            data={key: base64.b64encode(value).decode() for key, value in values.items()},
        )
    )
    assert isinstance(made, Secret)
    return made


def resolution(name: str, *addresses: str) -> Resolution:
    return resolution_of(name, addresses)


def health(name: str, reason: str = "", **failed_ports: str) -> Health:
    """Of the probe `node/port`, ill if there is a reason. Ports that failed as `p32111="why"`."""
    failed = tuple(Failed(int(port[1:]), why) for port, why in failed_ports.items())
    return Health(
        metadata=Metadata(name=name), healthy=not reason, reason=reason, failed_ports=failed
    )


def lease(name: str, node_port: int, namespace: str = "shop") -> NodePortLease:
    """The name as `service.port-transport`."""
    return NodePortLease(metadata=Metadata(name=name, namespace=namespace), node_port=node_port)


def listening(name: str, *addresses: str) -> Listening:
    """The name as `transport-port`."""
    return Listening(metadata=Metadata(name=name), addresses=addresses)


def address_pool(name: str, *ranges: str, namespace: str = "home", **spec: object) -> IPAddressPool:
    """The name may be followed by `@` and a year of creation."""
    meta = {"labels": spec.pop("labels")} if "labels" in spec else {}
    spec = {"addresses": list(ranges), **spec}
    version = "metallb.io/v1beta1"
    made = fact(document(version, "IPAddressPool", name, namespace, spec=spec, **meta))
    assert isinstance(made, IPAddressPool)
    return made


def l2_advertisement(name: str, *, namespace: str = "home", **spec: object) -> L2Advertisement:
    """The name may be followed by `@` and a year of creation."""
    made = fact(document("metallb.io/v1beta1", "L2Advertisement", name, namespace, spec=spec))
    assert isinstance(made, L2Advertisement)
    return made


def bgp_advertisement(name: str, *, namespace: str = "home", **spec: object) -> BGPAdvertisement:
    found = fact(document("metallb.io/v1beta1", "BGPAdvertisement", name, namespace, spec=spec))
    assert isinstance(found, BGPAdvertisement)
    return found


def bgp_peer(
    name: str, address: str = "192.0.2.254", *, namespace: str = "home", **spec: object
) -> BGPPeer:
    """Of AS 64513, while ours is 64512; None takes a field out."""
    known: Document = {"myASN": 64512, "peerASN": 64513, "peerAddress": address, **spec}
    told = {field: value for field, value in known.items() if value is not None}
    found = fact(document("metallb.io/v1beta2", "BGPPeer", name, namespace, spec=told))
    assert isinstance(found, BGPPeer)
    return found


def bfd_profile(name: str, *, namespace: str = "home", **spec: object) -> BFDProfile:
    found = fact(document("metallb.io/v1beta1", "BFDProfile", name, namespace, spec=spec))
    assert isinstance(found, BFDProfile)
    return found


def community(name: str, *, namespace: str = "home", **aliases: str) -> Community:
    """Aliases in the order in which they are written."""
    every = [{"name": alias, "value": value} for alias, value in aliases.items()]
    found = fact(
        document("metallb.io/v1beta1", "Community", name, namespace, spec={"communities": every})
    )
    assert isinstance(found, Community)
    return found


def basic_auth(name: str, password: str, *, namespace: str = "home", **more: object) -> Secret:
    told = {"type": "kubernetes.io/basic-auth", "stringData": {"password": password}, **more}
    found = fact(document("v1", "Secret", name, namespace, **told))
    assert isinstance(found, Secret)
    return found


def bgp_conf(name: str = "default", **spec: object) -> BgpConf:
    found = fact(document("network.kubesphere.io/v1alpha2", "BgpConf", name, "", spec=spec))
    assert isinstance(found, BgpConf)
    return found


def openelb_peer(name: str, address: str = "192.0.2.254", **spec: object) -> BgpPeer:
    """Of AS 64513; fields of `conf` may be given beside the others."""
    conf = {"neighborAddress": address, "peerAs": 64513, **spec.pop("conf", {})}  # type: ignore[dict-item]
    found = fact(
        document("network.kubesphere.io/v1alpha2", "BgpPeer", name, "", spec={"conf": conf, **spec})
    )
    assert isinstance(found, BgpPeer)
    return found


def eip(name: str, address: str, *, is_default: bool = False, **spec: object) -> Eip:
    """The name may be followed by `@` and a year of creation."""
    annotations = {"eip.openelb.kubesphere.io/is-default-eip": "true"} if is_default else None
    spec = {"address": address, **spec}
    version = "network.kubesphere.io/v1alpha2"
    made = fact(document(version, "Eip", name, "", spec=spec, annotations=annotations))
    assert isinstance(made, Eip)
    return made


def address_lease(
    name: str, *addresses: str, because: str = "", detail: str = "", is_record: bool = True
) -> AddressLease:
    return AddressLease(
        metadata=Metadata(name=name, namespace="shop"),
        addresses=addresses,
        because=because,
        detail=detail,
        is_record=is_record,
    )
