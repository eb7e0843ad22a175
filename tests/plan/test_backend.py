"""Backends: one port of one Service."""

from portico.model.ref import Ref
from portico.plan.backend import Backend, backend_key


def test_keys_keep_their_parts_apart() -> None:
    assert backend_key("shop", "cart", "80").name == "shop/cart/80"
    assert backend_key("a", "b-c", "80") != backend_key("a-b", "c", "80")


def test_a_backend_without_endpoints_can_be_told_apart_by_nothing_else() -> None:
    key = backend_key("shop", "cart", "80")
    one = Backend(key, Ref("Service", "shop", "cart"), "80")
    assert one == Backend(key, Ref("Service", "shop", "cart"), "80")
    assert one.endpoints == one.refused == ()
