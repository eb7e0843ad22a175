"""What the status of a Service is to show."""

import pytest

from ipam.estate import service, want, wants_eip
from portico.kube.api.told import Key
from portico.plan.address_request import AddressRequest, AddressWant, Given, address_request_key
from portico.plan.key import Origin
from portico.plan.plan import Diff
from portico.status.services import NOTHING, Entitled, Shown, written

A = Key("shop", "a")
FAR = "e" * 64


def request(asked: AddressWant | None, given: Given | None = None) -> AddressRequest:
    ref = service("a")
    origin = Origin(ref, "spec.type")
    return AddressRequest(address_request_key(ref), ref, asked, ("192.0.2.9",), given, origin)


def given(*addresses: str, pool: str = "edge", is_record: bool = False) -> Given:
    return Given(addresses, pool if addresses else "", is_record)


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        (request(want("a"), given("192.0.2.1")),       Shown(("192.0.2.1",), pool="edge")),
        (request(want("a"), given("2001:db8::1", "192.0.2.1")),
         Shown(("192.0.2.1", "2001:db8::1"), pool="edge")),
        (request(wants_eip("a"), given("192.0.2.1")),  Shown(("192.0.2.1",), eip="edge")),
        # No label has so long a value.
        (request(wants_eip("a"), given("192.0.2.1", pool=FAR)), Shown(("192.0.2.1",), pool=FAR)),
        (request(want("a"), given()),                  NOTHING),   # refused
        (request(None),                                NOTHING),   # given back
        (request(want("a")),                           None),      # nobody has answered yet
        (request(want("a"), given("192.0.2.1", is_record=True)), None),  # the record is here
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_to_be_shown(unit: AddressRequest, shown: Shown | None) -> None:
    entitled = Entitled()
    assert entitled.follow({unit.key: unit}, Diff({}, set())) == {A}
    assert entitled.of(A) == shown
    assert list(entitled.services()) == ([A] if shown is not None else [])
    assert entitled.follow({}, Diff({}, {unit.key})) == {A}
    assert entitled.of(A) is None


def test_what_the_owner_hears() -> None:
    ref, one = service("a"), Shown(("192.0.2.1",), pool="edge")
    told = written(ref, NOTHING, one)
    assert told
    assert (told.reason, told.is_warning) == ("IPAllocated", False)
    assert told.note == "assigned 192.0.2.1 of edge"
    gone = written(ref, one, NOTHING)
    assert gone
    assert gone.reason == "ClearAssignment"
    assert "192.0.2.1" in gone.note
    assert written(ref, one._replace(pool="x"), one) is None  # a mark is no news
