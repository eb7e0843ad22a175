"""Which addresses can be dialled."""

import pytest

from compiler.world import short
from portico.compiler.address import dialable, is_loopback


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1",              "10.0.0.1"),
        ("255.255.255.255",       "255.255.255.255"),
        ("2001:DB8:0:0::1",       "2001:db8::1"),        # one address, one spelling
        ("::ffff:10.0.0.1",       "10.0.0.1"),
        ("127.0.0.1",             "127.0.0.1"),
        ("::1",                   "::1"),
        ("::ffff:127.0.0.1",      "127.0.0.1"),
        ("0.0.0.0",               None),
        ("::",                    None),
        ("::ffff:0.0.0.0",        None),
        ("169.254.169.254",       None),                 # the metadata service of many a cloud
        ("::ffff:169.254.169.254", None),
        ("fe80::1",               None),
        ("fe80::1%eth0",          None),
        ("2001:db8::1%eth0",      None),
        ("224.0.0.1",             None),
        ("ff02::1",               None),
        ("",                      None),
        ("shop.example",          None),
        ("10.0.0.1:80",           None),
        ("[::1]",                 None),
        ("010.0.0.1",             None),
        ("10.1",                  None),
        ("167772161",             None),
        ("10.0.0.1\n",            None),
        (" 10.0.0.1",             None),
        ("10.0.0.\uff11",         None),
        ("10.0.0.1;",             None),
        ("\ud800",                None),
        ("1" * 1_000_000,         None),
        (":" * 1_000_000,         None),
    ],
    ids=short,
)  # fmt: skip
def test_dialable(text: str, expected: str | None) -> None:
    assert dialable(text, accepts_loopback=True) == expected


@pytest.mark.parametrize("text", ["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_only_where_it_is_accepted(text: str) -> None:
    assert dialable(text, accepts_loopback=False) is None
    assert dialable(text, accepts_loopback=True)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::12", False), ("12.7.0.1", False)],
)
def test_loopback(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback
