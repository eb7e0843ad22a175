"""Reads leave a trail; misses too."""

from compiler.world import SETTINGS, look_at, store_of
from model.build import service, slice_of
from portico.compiler.look import Look, Memo
from portico.model.core import Service
from portico.model.discovery import EndpointSlice, slices_of
from portico.model.ref import Ref

CART = Ref("Service", "shop", "cart")


def test_a_hit_and_a_miss_leave_the_same_trail() -> None:
    for look, expected in ((look_at(service()), service()), (look_at(), None)):
        assert look.get(Service, "shop", "cart") == expected
        assert look.trail == {CART}


def test_an_empty_group_leaves_a_trail() -> None:
    look = look_at()
    assert look.group(EndpointSlice, slices_of(CART)) == []
    assert look.trail == {slices_of(CART)}


def test_a_group_is_read_as_one_topic() -> None:
    look = look_at(slice_of("cart", name="a"), slice_of("cart", name="b"))
    assert len(look.group(EndpointSlice, slices_of(CART))) == 2
    assert look.trail == {slices_of(CART)}


def test_work_is_shared_and_whoever_asks_has_read_what_it_read() -> None:
    asked = []

    def ports(look: Look, name: str) -> int:
        asked.append(name)
        found = look.get(Service, "shop", name)
        return len(found.spec.ports) if found else 0

    store = store_of(service())
    memo: Memo = {}
    for _ in range(2):
        look = Look(store, SETTINGS, memo)
        assert look.shared(ports, "cart") == 1
        assert look.trail == {CART}
    assert look.shared(ports, "pay") == 0
    assert look.trail == {CART, Ref("Service", "shop", "pay")}
    assert asked == ["cart", "pay"]


def test_shared_work_may_rest_on_other_shared_work() -> None:
    def inner(look: Look) -> bool:
        return look.get(Service, "shop", "cart") is not None

    def outer(look: Look) -> bool:
        return look.shared(inner)

    look = look_at(service())
    assert look.shared(inner)
    look.trail.clear()
    assert look.shared(outer)
    assert look.trail == {CART}
