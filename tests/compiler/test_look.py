"""Reads leave a trail; misses too."""

from compiler.world import look_at
from model.build import service, slice_of
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
