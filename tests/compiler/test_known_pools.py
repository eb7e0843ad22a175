"""Whose is an address, and what is wrong with a pool beside the others."""

import pytest

from compiler.world import SETTINGS, look_at
from model.build import address_pool, eip
from portico.compiler.known_pools import PoolFact, known_pools, pool_of
from portico.model.fact import Fact
from portico.plan.address_pool import Product
from portico.settings import Settings


def flaws(*pools: PoolFact, settings: Settings = SETTINGS) -> dict[str, list[tuple[str, str]]]:
    """By the name of a pool: fields and codes."""
    found = known_pools(look_at(*pools, settings=settings)).by_ref
    return {
        ref.name: [(flaw.field, flaw.because.value.code) for flaw in known.flaws]
        for ref, known in found.items()
        if known.flaws
    }


def ranges(*pools: PoolFact) -> dict[str, list[str]]:
    found = known_pools(look_at(*pools)).by_ref
    return {ref.name: list(map(str, known.ranges)) for ref, known in found.items()}


def test_without_pools_there_are_no_products() -> None:
    assert known_pools(look_at()).products == frozenset()
    both = known_pools(look_at(address_pool("a"), eip("b", "x")))
    assert both.products == {Product.METALLB, Product.OPENELB}  # good or not


def test_a_bad_range_hurts_itself_only() -> None:
    bad = address_pool("a", "192.0.2.0/28", "here", "192.0.2.32/28")
    assert flaws(bad) == {"a": [("spec.addresses[1]", "AddressRangeInvalid")]}
    assert ranges(bad) == {"a": ["192.0.2.0-192.0.2.15", "192.0.2.32-192.0.2.47"]}


@pytest.mark.parametrize(
    ("pools", "loser", "field"),
    [
        # WEB-01: the older one has the addresses, whatever the order of their names.
        ((address_pool("b@2020", "192.0.2.0/24"), address_pool("a@2021", "192.0.2.8-192.0.2.9")),
         "a", "spec.addresses[0]"),
        ((address_pool("b@2021", "192.0.2.0/24"), address_pool("a@2020", "192.0.2.8-192.0.2.9")),
         "b", "spec.addresses[0]"),
        ((address_pool("a", "192.0.2.0/24", "198.51.100.0/24", "192.0.2.255/32"),),
         "a", "spec.addresses[2]"),
        ((address_pool("a", "192.0.2.1-192.0.2.9"), address_pool("b", "192.0.2.9-192.0.2.20")),
         "b", "spec.addresses[0]"),
        ((address_pool("a", "192.0.2.1/32"), address_pool("b", "192.0.2.0/30")),
         "b", "spec.addresses[0]"),
        ((address_pool("a@2020", "2001:db8::/64"), eip("b@2021", "2001:db8::5")),
         "b", "spec.address"),
    ],
)  # fmt: skip
def test_of_two_that_overlap_the_younger_range_is_refused(
    pools: tuple[PoolFact, ...], loser: str, field: str
) -> None:
    assert flaws(*pools) == flaws(*pools[::-1]) == {loser: [(field, "AddressRangeTaken")]}


def test_a_pool_without_addresses_is_told_so() -> None:
    assert flaws(address_pool("a")) == {"a": [("spec.addresses", "PoolEmpty")]}


@pytest.mark.parametrize("protocol", ["", "bgp", "layer2", "vip"])
def test_ways_to_announce_an_eip(protocol: str) -> None:
    assert flaws(eip("a", "192.0.2.1", protocol=protocol)) == {}


def test_an_eip_that_is_to_be_announced_in_a_way_nobody_knows() -> None:
    assert flaws(eip("a", "192.0.2.1", protocol="vrrp")) == {
        "a": [("spec.protocol", "EipProtocolUnknown")]
    }


def test_neighbours_do_not_overlap() -> None:
    found = (address_pool("a", "192.0.2.0/31", "192.0.2.4/31"), address_pool("b", "192.0.2.2/31"))
    assert flaws(*found) == {}


def test_names_are_told_apart_without_namespaces() -> None:
    found = (
        address_pool("a@2020", "192.0.2.0/28"),
        address_pool("a@2021", "198.51.100.0/28", namespace="away"),
        eip("a", "203.0.113.0/28"),
    )
    assert flaws(*found) == {"a": [("metadata.name", "PoolNameTaken")]}
    refused = known_pools(look_at(*found)).by_ref[found[1].ref]
    assert refused.ranges == ()


def test_web_09_another_namespace() -> None:
    found = (address_pool("a", "192.0.2.0/28"), address_pool("b", "198.51.100.0/28", namespace="x"))
    settings = Settings(metallb_namespace="home")
    assert flaws(*found, settings=settings) == {"b": [("metadata.namespace", "NamespaceElsewhere")]}


def test_one_default_eip() -> None:
    found = (
        eip("a", "192.0.2.0/28", is_default=True),
        eip("b", "198.51.100.0/28", is_default=True),
    )
    assert flaws(*found) == {"b": [("metadata.annotations", "DefaultPoolTaken")]}
    known = known_pools(look_at(*found)).by_ref
    assert [each.is_default for each in known.values()] == [True, False]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.0",     "a"),
        ("192.0.2.15",    "a"),
        ("192.0.2.16",    ""),
        ("198.51.100.7",  "b"),
        ("2001:db8::1",   "a"),
        ("2001:DB8:0::f", "a"),
        ("192.0.1.255",   ""),
        ("x",             ""),
    ],
)  # fmt: skip
def test_whose_is_an_address(address: str, name: str) -> None:
    facts: list[Fact] = [
        address_pool("a", "2001:db8::/124", "192.0.2.0/28"),
        eip("b", "198.51.100.7"),
    ]
    found = pool_of(look_at(*facts), address)
    assert (found.metadata.name if found else "") == name
