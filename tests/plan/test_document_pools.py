"""Pools of addresses, and requests for some, as plain values."""

from portico.model.address_range import parse_range
from portico.model.ref import Ref
from portico.model.selector import LabelSelector
from portico.plan.address_pool import AddressPool, Pin, Product, address_pool_key
from portico.plan.address_request import (
    AddressRequest,
    AddressWant,
    Given,
    Stack,
    Terms,
    address_request_key,
)
from portico.plan.document import unit_document
from portico.plan.key import Origin
from portico.plan.transport import Family, Transport

POOL = Ref("IPAddressPool", "home", "edge")
WEB = Ref("Service", "shop", "web")


def test_a_pool() -> None:
    unit = AddressPool(
        address_pool_key(POOL),
        POOL,
        Product.METALLB,
        (parse_range("192.0.2.0/28"), parse_range("2001:db8::1/128")),
        Origin(POOL, "spec.addresses"),
        avoids_buggy=True,
        pin=Pin(frozenset({"shop"}), service_selectors=(LabelSelector(),)),
        priority=5,
    )
    assert unit_document(unit) == {
        "pool": "IPAddressPool home/edge",
        "product": "metallb",
        "ranges": ["192.0.2.0-192.0.2.15", "2001:db8::1"],
        "autoAssign": True,
        "avoidBuggyIPs": True,
        "pinned": {"namespaces": ["shop"], "serviceSelectors": 1},
        "priority": 5,
        "from": {"object": "IPAddressPool home/edge", "field": "spec.addresses"},
    }


def test_a_request() -> None:
    ports = frozenset({(Transport.TCP, 80), (Transport.UDP, 53)})
    terms = Terms(Product.METALLB, "k", "", ports)
    want = AddressWant(WEB, "~", terms, tuple(Family), Stack.PREFER_DUAL, "edge", ("192.0.2.5",))
    given = Given(("192.0.2.5",), "edge", is_record=True)
    origin = Origin(WEB, "spec.type")
    unit = AddressRequest(address_request_key(WEB), WEB, want, (), given, origin)
    assert unit_document(unit) == {
        "service": "Service shop/web",
        "product": "metallb",
        "families": ["ipv4", "ipv6"],
        "stack": "PreferDualStack",
        "pool": "edge",
        "wanted": ["192.0.2.5"],
        "sharingKey": "k",
        "ports": ["80/tcp", "53/udp"],
        "addresses": ["192.0.2.5"],
        "from": {"object": "Service shop/web", "field": "spec.type"},
    }


def test_what_is_given_back() -> None:
    origin = Origin(WEB, "spec.type")
    unit = AddressRequest(address_request_key(WEB), WEB, None, ("192.0.2.5",), None, origin)
    document = unit_document(unit)
    assert document["givesBack"] == ["192.0.2.5"]
    assert document["addresses"] == ["192.0.2.5"]
