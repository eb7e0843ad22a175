"""What the plan says of address pools, and the leases of a demand that changes."""

from ipam.estate import pool, service, want
from portico.ipam.address_demand import AddressDemand, AddressDemands
from portico.ipam.address_leases import AddressBook, Answer
from portico.plan.address_request import AddressRequest, Given, address_request_key
from portico.plan.key import Origin
from portico.plan.plan import Diff

EDGE = pool("edge", "192.0.2.1-192.0.2.2")
A, B, C = want("a"), want("b"), want("c")


def request(asked, *held, given=None):
    ref = asked.service
    origin = Origin(ref, "spec.type")
    return AddressRequest(address_request_key(ref), ref, asked, held, given, origin)


def hint(*changed, removed=()):
    return Diff({unit.key: unit for unit in changed}, {unit.key for unit in removed})


def demand(*wants, pools=(EDGE,), held=None):
    return AddressDemand(tuple(pools), {each.service: each for each in wants}, held or {})


def test_pools_and_wants_are_gathered():
    demands = AddressDemands()
    assert demands.follow(hint(EDGE, request(A), request(B, "192.0.2.2")))
    assert demands.now == demand(A, B, held={B.service: ("192.0.2.2",)})
    assert demands.follow(hint(removed=[request(A)]))
    assert demands.now.wants == {B.service: B}


def test_an_answer_is_no_news():
    demands = AddressDemands()
    demands.follow(hint(EDGE, request(A)))
    given = Given(("192.0.2.1",), "edge", is_record=True)
    assert not demands.follow(hint(request(A, given=given)))


def test_who_gives_back_wants_nothing():
    demands = AddressDemands()
    demands.follow(hint(EDGE, request(A, "192.0.2.1")))
    ref = A.service
    origin = Origin(ref, "")
    back = AddressRequest(address_request_key(ref), ref, None, ("192.0.2.1",), None, origin)
    assert demands.follow(hint(back))
    assert demands.now == demand()


def test_only_what_may_be_another_answer_is_told():
    book = AddressBook({})
    first = book.follow(demand(A, B))
    assert first == {
        A.service: Answer(("192.0.2.1",), "edge"),
        B.service: Answer(("192.0.2.2",), "edge"),
    }
    assert book.follow(demand(A, B)) == {}
    (ref,) = book.follow(demand(A, B, C))
    assert ref == C.service
    changed = book.follow(demand(B, C))
    assert changed == {A.service: None, C.service: Answer(("192.0.2.1",), "edge")}


def test_a_record_is_believed_once():
    book = AddressBook({service("b"): ("192.0.2.1",), service("gone"): ("192.0.2.2",)})
    found = book.follow(demand(A, B))
    assert found[service("b")].addresses == ("192.0.2.1",)
    assert found[service("gone")] is None
    book.follow(demand(A))
    # What stood there before this start says nothing of a Service that comes anew.
    assert book.follow(demand(A, C, B))[service("c")] is not None


def test_a_record_goes_before_a_status():
    book = AddressBook({service("a"): ("192.0.2.2",)})
    held = {service("a"): ("192.0.2.1",), service("b"): ("192.0.2.1",)}
    found = book.follow(demand(A, B, held=held))
    assert found[service("a")].addresses == ("192.0.2.2",)
    assert found[service("b")].addresses == ("192.0.2.1",)


def test_other_pools_move_nobody_who_can_stay():
    book = AddressBook({})
    book.follow(demand(A, B))
    found = book.follow(demand(A, B, C, pools=[pool("other", "192.0.2.2-192.0.2.9")]))
    assert found[B.service] == Answer(("192.0.2.2",), "other")
    assert found[A.service] == Answer(("192.0.2.3",), "other")
