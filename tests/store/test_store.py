"""What is known now, and what changed."""

from collections.abc import Set as AbstractSet

import pytest

from model.build import ingress, service, slice_of
from portico.model.discovery import slices_of
from portico.model.fault import Fault, Place
from portico.model.ref import Ref, Topic
from portico.store import Store

CART = Ref("Service", "shop", "cart")
SLICE = Ref("EndpointSlice", "shop", "s")
TO_CART, TO_PAY = slices_of(CART), slices_of(Ref("Service", "shop", "pay"))


def carrying(target: str, *addresses: str) -> Store:
    store = Store()
    store.put(slice_of(target, *addresses, name="s"))
    return store


def test_the_life_of_a_fact() -> None:
    store = Store()
    assert store.get(CART) is None
    assert store.put(service()) == {CART}
    assert store.put(service()) == set()  # old news
    assert store.put(service("cart", {"port": 81})) == {CART}
    assert store.get(CART) == service("cart", {"port": 81})
    assert store.updates == 2, "old news is none"
    assert store.drop(CART) == {CART}
    assert store.drop(CART) == set()
    assert store.get(CART) is None


def test_old_news_keeps_the_object_that_is_there() -> None:
    store = Store()
    first = service()
    store.put(first)
    store.put(service())
    assert store.get(CART) is first


@pytest.mark.parametrize(
    ("target", "changed"),
    [
        ("cart", {SLICE, TO_CART}),           # it may have become another within its group
        ("pay",  {SLICE, TO_CART, TO_PAY}),   # moved
    ],
)  # fmt: skip
def test_a_change_is_told_to_the_groups_before_and_after(
    target: str, changed: AbstractSet[Topic]
) -> None:
    store = carrying("cart", "10.0.0.1")
    assert store.put(slice_of(target, "10.0.0.2", name="s")) == changed
    assert [found.ref for found in store.group(slices_of(CART))] == (
        [SLICE] if target == "cart" else []
    )
    assert len(store.group(TO_CART)) + len(store.group(TO_PAY)) == 1


def test_a_dropped_fact_leaves_its_groups() -> None:
    store = carrying("cart")
    assert store.drop(SLICE) == {SLICE, TO_CART}
    assert store.group(TO_CART) == []
    assert store.put(slice_of("cart", name="s")) == {SLICE, TO_CART}


def test_the_others_stay_in_the_group() -> None:
    store = carrying("cart")
    store.put(slice_of("cart", name="t"))
    store.drop(SLICE)
    assert [found.ref.name for found in store.group(TO_CART)] == ["t"]


def test_a_group_has_an_order_of_its_own() -> None:
    store = Store()
    for name in ("b", "c", "a"):
        store.put(slice_of("cart", name=name))
    assert [found.ref.name for found in store.group(TO_CART)] == ["a", "b", "c"]


def test_asking_for_a_group_does_not_make_it() -> None:
    store = Store()
    assert store.group(TO_CART) == []
    assert store.put(slice_of("pay")) == {Ref("EndpointSlice", "shop", "pay-1"), TO_PAY}


def test_refs_and_counts_by_kind() -> None:
    store = Store()
    for fact in (ingress("a"), ingress("b"), service()):
        store.put(fact)
    assert store.counts() == {"Ingress": 2, "Service": 1}
    assert store.refs({"Ingress"}) == [Ref("Ingress", "shop", "a"), Ref("Ingress", "shop", "b")]
    assert store.refs(()) == []


def test_places_follow_the_fact_but_are_no_change() -> None:
    store = Store()
    store.put(service(), Place("old.yaml"))
    assert store.put(service(), Place("new.yaml", 2)) == set()
    assert store.place(CART) == Place("new.yaml", 2)
    store.put(service("cart", {"port": 81}))
    assert store.place(CART) == Place("new.yaml", 2)
    store.drop(CART)
    assert store.place(CART) is None


def test_faults_are_replaced_by_file() -> None:
    store = Store()
    b, a1, a2 = (Fault(Place(file), None, "", reason, "") for file, reason in ("b1", "a1", "a2"))
    store.blame("b", (b,))
    store.blame("a", (a1,))
    assert list(store.faults()) == [a1, b]
    store.blame("a", (a2,))
    assert list(store.faults()) == [a2, b]
    store.blame("a", ())
    store.blame("never seen", ())
    assert list(store.faults()) == [b]
