"""Whose is an address, which pools are for whom, and how many addresses there are."""

import pytest

from ipam.estate import eip, labelled, pool, want, wants_eip
from portico.ipam.address_pools import Pools, Refused, is_buggy, usable
from portico.model.address_range import number_of
from portico.plan.address_pool import Pin
from portico.plan.address_request import AddressWant
from portico.plan.transport import Family
from portico.plan.verdict import Because

POOLS = Pools(
    [
        pool("auto-b", "192.0.2.0/28"),
        pool("auto-a", "198.51.100.0/28", "2001:db8::/120"),
        pool("manual", "203.0.113.0/28", auto=False),
        pool("shop", pin=Pin(frozenset({"shop"})), priority=20),
        pool("first", pin=Pin(frozenset({"shop"})), priority=10),
        pool("unset", pin=Pin()),
        pool("pinned-manual", pin=Pin(), auto=False),
        pool("red", pin=Pin(service_selectors=labelled(color="red")), priority=1),
        eip("bound", "192.0.2.100", pin=Pin(frozenset({"shop"})), priority=5),
        eip("zero", pin=Pin(frozenset({"shop"}))),
        eip("closed", pin=Pin(frozenset({"shop"})), is_closed=True),
        eip("default", is_default=True),
    ]
)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (want("a"),                             "first shop unset auto-a auto-b"),
        (want("a", labels={"color": "red"}),    "red first shop unset auto-a auto-b"),
        (want("bank/a"),                        "unset auto-a auto-b"),
        (want("a", pool="manual"),              "manual"),
        (want("bank/a", pool="shop"),           "shop"),    # a pin is no protection
        (wants_eip("a"),                        "zero bound"),
        (wants_eip("bank/a"),                   "default"),
        (wants_eip("a", pool="default"),        "default"),
    ],
    ids=range(8),
)  # fmt: skip
def test_pools_in_the_order_in_which_they_are_tried(asked: AddressWant, names: str) -> None:
    found = POOLS.candidates(asked)
    assert not isinstance(found, Refused)
    assert " ".join(each.pool.name for each in found) == names


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        (want("a", pool="bound"),         Because.POOL_MISSING),  # of the other product
        (wants_eip("a", pool="manual"),   Because.POOL_MISSING),
        (wants_eip("a", pool="closed"),   Because.POOL_CLOSED),
    ],
    ids=range(3),
)  # fmt: skip
def test_pools_that_cannot_be_had(asked: AddressWant, because: Because) -> None:
    found = POOLS.candidates(asked)
    assert isinstance(found, Refused)
    assert found.because is because


def test_where_there_is_none() -> None:
    assert Pools([pool("a", auto=False)]).candidates(want("a")) == Refused(Because.NO_POOL_FITS)
    assert Pools([eip("a")]).candidates(wants_eip("a")) == Refused(Because.NO_POOL_FITS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("192.0.2.0",    "auto-b"),
        ("192.0.2.15",   "auto-b"),
        ("192.0.2.16",   ""),
        ("192.0.2.100",  "bound"),
        ("2001:db8::",   "auto-a"),
        ("2001:db8::100", ""),
        ("10.0.0.1",     ""),
    ],
)  # fmt: skip
def test_whose_is_an_address(text: str, name: str) -> None:
    number = number_of(text)
    assert number is not None
    found = POOLS.of(number)
    assert (found.pool.name if found else "") == name


@pytest.mark.parametrize(
    "ranges",
    [
        ["192.0.2.0/24"], ["192.0.2.0/32"], ["192.0.2.255/32"], ["192.0.2.1/32"],
        ["192.0.2.254-192.0.3.1"], ["10.0.0.0/14"], ["192.0.2.255-192.0.3.0", "192.0.2.5/32"],
    ],
)  # fmt: skip
def test_what_is_usable_is_what_would_be_counted(ranges: list[str]) -> None:
    """Counted here one by one, which the code must not do."""
    numbers = [n for each in pool("a", *ranges).ranges for n in range(each.first, each.last + 1)]
    assert usable(pool("a", *ranges), Family.IPV4) == len(numbers)
    avoiding = pool("a", *ranges, avoids_buggy=True)
    assert usable(avoiding, Family.IPV4) == sum(not is_buggy(number) for number in numbers)
    assert usable(avoiding, Family.IPV6) == 0


def test_ipv6_has_no_buggy_addresses() -> None:
    avoiding = pool("a", "2001:db8::/64", avoids_buggy=True)
    assert usable(avoiding, Family.IPV6) == 1 << 64
