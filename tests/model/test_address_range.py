"""Addresses on one line, and ranges of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.compiler.address import dialable
from portico.model.address_range import (
    FORBIDDEN,
    V6,
    AddressRange,
    RangeError,
    number_of,
    parse_range,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "shown", "size"),
    [
        ("192.0.2.0/28",              "192.0.2.0-192.0.2.15",        16),
        ("192.0.2.5/28",              "192.0.2.0-192.0.2.15",        16),   # bits of a host
        ("192.0.2.5/32",              "192.0.2.5",                   1),
        ("192.0.2.10-192.0.2.20",     "192.0.2.10-192.0.2.20",       11),
        (" 192.0.2.1 - 192.0.2.1 ",   "192.0.2.1",                   1),
        ("2001:DB8::/126",            "2001:db8::-2001:db8::3",      4),
        ("2001:db8::1-2001:db8::a",   "2001:db8::1-2001:db8::a",     10),
        ("2001:db8::/64",             "2001:db8::-2001:db8::ffff:ffff:ffff:ffff", 1 << 64),
    ],
)  # fmt: skip
def test_ranges(text: str, shown: str, size: int) -> None:
    found = parse_range(text)
    assert (str(found), found.size, found.is_v6) == (shown, size, ":" in text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("",                          "neither"),
        ("edge",                      "neither"),
        ("192.0.2.0/33",              "neither"),
        ("192.0.2.256/32",            "neither"),
        ("192.0.2.1-",                "neither"),
        ("192.0.2.1-192.0.2.2-192.0.2.3", "neither"),
        ("fe80::1%eth0-fe80::2%eth0", "neither"),
        ("fe80::%eth0/64",            "zone"),
        ("192.0.2.1",                 "single"),
        ("192.0.2.9-192.0.2.1",       "before it begins"),
        ("192.0.2.1-2001:db8::1",     "other"),
        ("0.0.0.0/0",                 "unspecified"),
        ("::/0",                      "unspecified"),
        ("126.0.0.0-127.0.0.1",       "loopback"),
        ("223.255.255.0-224.0.0.0",   "multicast"),
        ("169.254.169.254/32",        "link-local"),
        ("255.255.255.255/32",        "broadcast"),
        ("fe80::/64",                 "link-local"),
        ("::ffff:192.0.2.0/124",      "IPv4-mapped"),
    ],
)  # fmt: skip
def test_what_is_no_range(text: str, reason: str) -> None:
    with pytest.raises(RangeError, match=reason):
        parse_range(text)


def test_a_single_address_where_that_is_accepted() -> None:
    assert str(parse_range("192.0.2.1", accepts_single=True)) == "192.0.2.1"


@given(st.ip_addresses().map(str))
def test_every_address_has_its_place(text: str) -> None:
    number = number_of(text)
    assert number is not None
    assert text_of(number) == text
    assert (number >= V6) == (":" in text)


@given(st.ip_addresses())
def test_what_a_pool_may_hold_may_be_an_entry(address: object) -> None:
    number = number_of(str(address))
    is_forbidden = any(number in each for each, _ in FORBIDDEN)
    assert is_forbidden or dialable(str(address), accepts_loopback=False) == str(address)


@pytest.mark.parametrize(("each", "_what"), FORBIDDEN)
def test_the_edges_of_what_is_forbidden(each: AddressRange, _what: str) -> None:
    for number in (each.first, each.last):
        # 0.0.0.1 and 255.255.255.255 could be dialled, but no host has them.
        is_odd = number < 1 << 24 or number == (1 << 32) - 1
        assert is_odd or dialable(text_of(number), accepts_loopback=False) != text_of(number)


def test_what_overlaps() -> None:
    one, other = parse_range("192.0.2.0/28"), parse_range("192.0.2.15-192.0.2.30")
    assert one.overlaps(other)
    assert other.overlaps(one)
    assert not one.overlaps(parse_range("192.0.2.16/28"))
    assert number_of("192.0.2.15") in one
    assert number_of("192.0.2.16") not in one


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "192.0.2.1/32", "fe80::1%1", "1.2.3.04"])
def test_what_is_no_address(text: str) -> None:
    assert number_of(text) is None
