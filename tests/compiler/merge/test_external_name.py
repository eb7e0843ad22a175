"""Names that are reached through the DNS."""

import pytest

from compiler.world import look_at, short
from model.build import resolution
from portico.compiler.merge.external_name import resolved, usable_name
from portico.model.ref import Ref

CART = Ref("Service", "shop", "cart")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("api.example",          "api.example"),
        ("API.Example.",         "api.example"),
        ("db",                   "db"),
        ("_sip._tcp.example",    "_sip._tcp.example"),
        ("1.api.example",        "1.api.example"),
        ("api.example.0x",       None),
        ("",                     None),
        (".",                    None),
        ("api..example",         None),
        ("api.example..",        None),
        ("-a.example",           None),
        ("a b.example",          None),
        ("api.example:443",      None),
        ("https://api.example",  None),
        ("api.example\n",        None),
        ("é.example",            None),
        ("\ud800",               None),
        ("a;b",                  None),
        ("*.example",            None),
        ("a" * 64 + ".example",  None),
        ("a." * 128,             None),        # too long, once the last dot is gone
        ("a" * 1_000_000,        None),
        # Addresses, in any spelling a resolver may know.
        ("10.0.0.1",             None),
        ("127.1",                None),
        ("2130706433",           None),
        ("0x7f000001",           None),
        ("0x7F.0.0.0x1",         None),
        ("::1",                  None),
        # This machine.
        ("localhost",            None),
        ("LocalHost.",           None),
        ("a.localhost",          None),
        ("localhost.localdomain", None),
    ],
    ids=short,
)  # fmt: skip
def test_usable_name(text: str, expected: str | None) -> None:
    assert usable_name(text) == expected


def test_the_longest_name() -> None:
    name = ".".join(["a" * 49] * 5) + ".abc"
    assert usable_name(f"{name}.") == name
    assert usable_name(f"{name}d") is None


def test_no_answer_yet_is_not_no_address() -> None:
    look = look_at()
    assert resolved(CART, "api.example", 443, look) is None
    assert look.trail == {Ref("Resolution", "", "api.example")}
    answered = resolved(CART, "api.example", 443, look_at(resolution("api.example")))
    assert answered == ((), ())


def test_answers_are_the_endpoints() -> None:
    look = look_at(resolution("api.example", "192.0.2.2", "192.0.2.1", "2001:db8::1"))
    found = resolved(CART, "api.example", 443, look)
    assert found
    assert [(e.address, e.port) for e in found.endpoints] == [
        ("192.0.2.1", 443), ("192.0.2.2", 443), ("2001:db8::1", 443),
    ]  # fmt: skip
    assert {e.origin.field for e in found.endpoints} == {"spec.externalName"}


def test_a_name_that_turns_to_this_machine_is_refused() -> None:
    look = look_at(resolution("api.example", "127.0.0.1", "169.254.169.254"))
    found = resolved(CART, "api.example", 443, look)
    assert found
    assert found.endpoints == ()
    assert [refusal.because.name for refusal in found.refused] == ["ADDRESS_INVALID"] * 2
