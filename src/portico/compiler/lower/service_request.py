"""What a Service of type LoadBalancer wants of the address pools."""

from typing import Final, NamedTuple

from portico.compiler.claim import rank_of
from portico.compiler.known_pools import known_pools
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_families import FAMILIES, cluster_addresses, families_of
from portico.compiler.lower.service_ports import TRANSPORTS
from portico.model.address_range import number_of, text_of
from portico.model.core import Namespace, Service
from portico.model.local import AddressLease
from portico.model.metallb import (
    ADDRESSES_ANNOTATION,
    ALLOCATED_ANNOTATION,
    FORMER_GROUP,
    GROUP,
    POOL_ANNOTATION,
    SHARING_ANNOTATION,
)
from portico.model.openelb import ADDRESS_ANNOTATION, EIP_ANNOTATION, OPT_IN, OPTED_IN
from portico.plan.address_pool import Product
from portico.plan.address_request import (
    AddressRequest,
    AddressWant,
    Given,
    Stack,
    Terms,
    address_request_key,
)
from portico.plan.transport import Family, family_of
from portico.plan.verdict import Because

ALLOCATED: Final = f"{GROUP}/{ALLOCATED_ANNOTATION}"
"""What is written on a Service that has been given addresses of a MetalLB pool."""

NAME_LABEL: Final = "kubernetes.io/metadata.name"

TYPE: Final = "spec.type"
STATED: Final = "spec.loadBalancerIP"
LOCAL: Final = "Local"


class Text(NamedTuple):
    """What is written, and where; both empty where nothing is."""

    text: str = ""
    field: str = ""


def product_for(fact: Service, look: Look) -> Product | None:
    """Whose pools a Service is given addresses of; None: of nobody's."""
    products = known_pools(look).products
    has_opted_in = fact.metadata.annotations.get(OPT_IN) == OPTED_IN
    if has_opted_in and Product.OPENELB in products:
        return Product.OPENELB
    is_ours = fact.spec.load_balancer_class == look.settings.load_balancer_class
    return Product.METALLB if is_ours and Product.METALLB in products else None


def lease_of(fact: Service, look: Look) -> AddressLease | None:
    """What a Service has been given of pools, where there are any."""
    return look.get(AddressLease, fact.ref.namespace, fact.ref.name)


class Asked(NamedTuple):
    """What a Service has been given, the field that asks for it, and the addresses that wants.

    `is_refused`: it cannot be asked for in this way, and its owner is told so.
    """

    lease: AddressLease | None
    field: str
    wanted: tuple[str, ...] = ()
    is_refused: bool = False


def ask(fact: Service, look: Look, petition: Petition) -> Asked | None:
    """Claim a request for addresses, if there are pools to ask; refuse what it got none for."""
    product = product_for(fact, look)
    if product is None:
        give_back(fact, petition)
        return None
    stated = _stated(fact, product, petition)
    lease = lease_of(fact, look)
    want = None if stated is None else _want(fact, look, petition, product, stated)
    if want is None or stated is None:
        give_back(fact, petition)
        return Asked(None, TYPE, is_refused=True)
    field = stated.field or TYPE
    _claim(fact, petition, want, lease, field)
    if lease and lease.because:
        because = Because[lease.because]
        where = _pool(fact, product, petition).field if because in OF_POOL else field
        petition.refuse(where or field, because, lease.detail)
    return Asked(lease, field, want.addresses)


OF_POOL: Final = frozenset({Because.POOL_MISSING, Because.POOL_CLOSED})


def give_back(fact: Service, petition: Petition) -> None:
    """What it has of a pool, and may not have any more. Without a mark somebody else gave it."""
    marked = fact.metadata.annotations.get(ALLOCATED) or fact.metadata.labels.get(EIP_ANNOTATION)
    if marked and _held(fact):
        _claim(fact, petition, None, None, TYPE)


def _claim(
    fact: Service,
    petition: Petition,
    want: AddressWant | None,
    lease: AddressLease | None,
    field: str,
) -> None:
    key = address_request_key(fact.ref)
    given = Given(lease.addresses, lease.pool, lease.is_record) if lease else None
    request = AddressRequest(key, fact.ref, want, _held(fact), given, petition.origin(field))
    petition.claim_aside(key, request)


def _held(fact: Service) -> tuple[str, ...]:
    return tuple(each.ip for each in fact.status.load_balancer.ingress if each.ip)


def _want(
    fact: Service, look: Look, petition: Petition, product: Product, stated: Text
) -> AddressWant | None:
    families = _families(fact, petition, product)
    addresses = _addresses(stated, petition)
    if families is None or addresses is None:
        return None
    stack, wanted = families
    created = rank_of(fact.metadata.creation_timestamp, fact.ref).created
    return AddressWant(
        fact.ref,
        created,
        _terms(fact, product, petition),
        wanted,
        stack,
        _pool(fact, product, petition).text,
        addresses,
        fact.metadata.labels,
        _namespace_labels(fact.ref.namespace, look),
    )


def _namespace_labels(name: str, look: Look) -> dict[str, str]:
    """Without an API server nobody writes the name of a namespace among its labels."""
    namespace = look.get(Namespace, "", name)
    return {NAME_LABEL: name} | (namespace.metadata.labels if namespace else {})


def _terms(fact: Service, product: Product, petition: Petition) -> Terms:
    spec = fact.spec
    ports = ((TRANSPORTS.get(port.protocol), port.port) for port in spec.ports)
    known = frozenset((transport, port) for transport, port in ports if transport)
    if product is Product.OPENELB:
        return Terms(product, "", "", known)
    sharing = _annotation(fact, SHARING_ANNOTATION, petition).text
    is_local = spec.external_traffic_policy == LOCAL
    selector = ",".join(f"{key}={value}" for key, value in sorted(spec.selector.items()))
    return Terms(product, sharing, f"{LOCAL} {selector}" if is_local else "", known)


def _families(
    fact: Service, petition: Petition, product: Product
) -> tuple[Stack, tuple[Family, ...]] | None:
    """The primary one first. Of OpenELB's a Service has only one."""
    named = [FAMILIES[text] for text in fact.spec.ip_families if text in FAMILIES]
    cluster_ips = [text for text, _ in cluster_addresses(fact) if number_of(text) is not None]
    found = tuple(dict.fromkeys([*map(family_of, cluster_ips), *named]))
    policy = fact.spec.ip_family_policy
    stack = Stack(policy) if policy in {*Stack} else Stack.SINGLE
    if product is Product.OPENELB or stack is Stack.SINGLE:
        return Stack.SINGLE, found[:1] or tuple(families_of(fact).families)
    if len(cluster_ips) == 1:
        if stack is Stack.REQUIRE_DUAL:
            petition.refuse("spec.ipFamilyPolicy", Because.CLUSTER_IPS_MISSING, cluster_ips[0])
            return None
        return Stack.SINGLE, found[:1]
    # Who wants both families, and is known to have none of its own, begins with the one it names.
    return stack, tuple(dict.fromkeys([*found, *Family]))


def _stated(fact: Service, product: Product, petition: Petition) -> Text | None:
    """The addresses that are wanted; None if they are stated twice."""
    annotation = (
        _annotation(fact, ADDRESSES_ANNOTATION, petition)
        if product is Product.METALLB
        else _plain(fact, ADDRESS_ANNOTATION)
    )
    spec = fact.spec.load_balancer_ip
    if annotation.text and spec and product is Product.METALLB:
        petition.refuse(STATED, Because.WANTED_TWICE, annotation.field)
        return None
    return annotation if annotation.text else Text(spec, STATED if spec else "")


def _addresses(stated: Text, petition: Petition) -> tuple[str, ...] | None:
    found: dict[Family, str] = {}
    for text in (part.strip() for part in stated.text.split(",") if stated.text):
        number = number_of(text)
        if number is None:
            petition.refuse(stated.field, Because.WANTED_ADDRESS_INVALID, repr(text))
            return None
        address = text_of(number)
        if found.setdefault(family_of(address), address) != address:
            petition.refuse(stated.field, Because.WANTED_ADDRESS_REPEATED, address)
            return None
    return tuple(found.values())


def _pool(fact: Service, product: Product, petition: Petition) -> Text:
    if product is Product.OPENELB:
        return _plain(fact, EIP_ANNOTATION)
    return _annotation(fact, POOL_ANNOTATION, petition)


def _annotation(fact: Service, name: str, petition: Petition) -> Text:
    """Of MetalLB, with its present prefix or the former one."""
    for prefix in (GROUP, FORMER_GROUP):
        found = _plain(fact, f"{prefix}/{name}")
        if found.text:
            if prefix == FORMER_GROUP:
                told = f"{prefix}/{name}"
                petition.refuse(found.field, Because.ANNOTATION_DEPRECATED, told)
            return found
    return Text()


def _plain(fact: Service, name: str) -> Text:
    text = fact.metadata.annotations.get(name, "").strip()
    return Text(text, f'metadata.annotations["{name}"]') if text else Text()
