"""Claims on one address -> Layer2: which nodes may announce it."""

from collections.abc import Mapping
from typing import Any

import pytest

from compiler.world import compiled, told
from model.build import (
    address_lease,
    address_pool,
    eip,
    endpoint,
    l2_advertisement,
    node,
    pod,
    service,
    slice_of,
)
from portico.model.fact import Fact
from portico.plan.layer2 import Layer2, layer2_key
from portico.plan.verdict import Outcome, outcome_key
from portico.settings import Room, Settings, Via

VIP = "192.0.2.7"
POOL = address_pool("edge", "192.0.2.0/28", "2001:db8::/120")
ALL = l2_advertisement("all")
LEASE = address_lease("cart", VIP)
READY = slice_of("cart", pod("10.0.0.1", "a"), pod("10.0.0.2", "b"))
NODES = (node("a", labels={"rack": "one"}), node("b", labels={"rack": "two"}), node("c"))
LB = "LoadBalancer"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
ROUTER = "can_reach:192.0.2.1"
SETTINGS = Settings()


def cart(**spec: Any) -> Fact:
    return service(**{"type": LB, **spec})


def labels(**found: str) -> dict[str, object]:
    return {"matchLabels": found}


def unit(*facts: Fact, settings: Settings = SETTINGS, address: str = VIP) -> Layer2 | None:
    found = compiled(*facts, settings=settings).get(layer2_key(address))
    assert found is None or isinstance(found, Layer2)
    return found


def announcers(*facts: Fact, **options: Any) -> Mapping[str, object]:
    """Nodes with weight and interfaces; what is usual is left out. `*` is anyone."""
    found = unit(*facts, **options)
    assert found
    every = [*found.candidates, *([found.anyone] if found.anyone else [])]
    return {
        one.node or "*": (one.weight, *one.interfaces) if one.weight or one.interfaces else ()
        for one in every
    }


def reasons(*facts: Fact, **options: Any) -> dict[str, str]:
    found = unit(*facts, **options)
    assert found
    return {left.who: left.reason for left in found.passed_over}


def no(*facts: Fact, name: str = "cart") -> list[str]:
    """What the owner of the Service is told, by its code."""
    plan = compiled(*facts)
    outcome = plan[outcome_key(cart().ref._replace(name=name))]
    assert isinstance(outcome, Outcome)
    units = (plan[key] for key in outcome.asked if key in plan)
    refused = [*outcome.refused, *(each for one in units for each in one.refused)]
    return [code for _, code in told(refused)]


def test_every_node_may_where_nothing_is_said() -> None:
    facts = (cart(), POOL, ALL, LEASE, READY)
    assert announcers(*facts, *NODES) == {"a": (), "b": (), "c": ()}
    assert announcers(*facts) == {"*": ()}, "without Node objects: whoever is alive"


def test_without_an_advertisement_nobody_does_and_the_owner_is_told() -> None:
    assert unit(cart(), POOL, LEASE, READY) is None
    assert "NotAnnounced" in no(cart(), POOL, LEASE, READY)
    assert "NotAnnounced" not in no(cart(), POOL, LEASE, READY, ALL)


def test_addresses_of_no_pool_are_others_to_announce() -> None:
    given = cart(status={"loadBalancer": {"ingress": [{"ip": "198.51.100.1"}]}})
    assert unit(given, POOL, ALL, READY, address="198.51.100.1") is None
    assert "NotAnnounced" not in no(given, POOL, ALL, READY)


def test_the_status_is_as_good_as_a_lease() -> None:
    given = cart(status={"loadBalancer": {"ingress": [{"ip": VIP}]}})
    assert announcers(given, POOL, ALL, READY) == {"*": ()}


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        (
            {"labels": {"node.kubernetes.io/exclude-from-external-load-balancers": ""}},
            "the node is excluded from load balancers by its label",
        ),
        ({"conditions": {"NetworkUnavailable": "True"}}, "the network of the node is unavailable"),
        (
            {"taints": ["node.kubernetes.io/out-of-service"]},
            "the node is out of service by its taint",
        ),
        ({"leaving": True}, "the node is being deleted"),
    ],
)
def test_nodes_that_are_unfit(flaw: dict[str, Any], reason: str) -> None:
    facts = (cart(), POOL, ALL, LEASE, READY, node("a", **flaw), node("b"))
    assert announcers(*facts) == {"b": ()}
    assert reasons(*facts) == {"a": reason}


@pytest.mark.parametrize(
    "fine",
    [
        {"conditions": {"NetworkUnavailable": "False", "Ready": "False"}},
        {"taints": ["node.kubernetes.io/unschedulable"]},
    ],
)
def test_a_node_that_is_cordoned_or_not_ready_still_announces(fine: dict[str, Any]) -> None:
    assert announcers(cart(), POOL, ALL, LEASE, READY, node("a", **fine)) == {"a": ()}


def test_local_policy_wants_an_endpoint_on_the_node() -> None:
    local = cart(externalTrafficPolicy="Local")
    facts = (local, POOL, ALL, LEASE, *NODES)
    assert announcers(*facts, READY) == {"a": (), "b": ()}
    assert reasons(*facts, READY) == {"c": "no ready endpoint of Service shop/cart is on it"}
    dying = slice_of(
        "cart", pod("10.0.0.1", "a", ready=False),
        pod("10.0.0.2", "b", ready=False, serving=True, terminating=True),
    )  # fmt: skip
    assert announcers(*facts, dying) == {"b": ()}
    assert announcers(local, POOL, ALL, LEASE, READY) == {"a": (), "b": ()}, "named by endpoints"


@pytest.mark.parametrize(
    ("spec", "slices", "why"),
    [
        ({}, [], "Service shop/cart has no endpoint that is ready"),
        (
            {},
            [slice_of("cart", endpoint("10.0.0.1", ready=False))],
            "has no endpoint that is ready",
        ),
        (
            {"externalTrafficPolicy": "Local"},
            [slice_of("cart", pod("10.0.0.1"))],
            "the endpoints of Service shop/cart do not name their node",
        ),
    ],
)
def test_without_a_ready_endpoint_nobody_announces(
    spec: dict[str, Any], slices: list[Fact], why: str
) -> None:
    found = unit(cart(**spec), POOL, ALL, LEASE, *slices)
    assert found
    assert (found.candidates, found.anyone) == ((), None)
    (refusal,) = found.refused
    assert why in refusal.reason


def test_services_that_share_an_address_are_each_told_their_own_reason() -> None:
    chat = service(name="chat", type=LB)
    found = unit(cart(), chat, POOL, ALL, LEASE, address_lease("chat", VIP))
    assert found
    assert {each.origin.ref.name: each.detail for each in found.refused} == {
        "cart": "Service shop/cart has no endpoint that is ready",
        "chat": "Service shop/chat has no endpoint that is ready",
    }


def test_nodes_by_their_labels_any_of_several_selectors() -> None:
    """L2-18."""
    some = l2_advertisement("some", nodeSelectors=[labels(rack="one"), labels(rack="three")])
    facts = (cart(), POOL, LEASE, READY, some)
    assert announcers(*facts, *NODES) == {"a": ()}
    told = reasons(*facts, *NODES)
    assert told["b"] == "its labels are not those that L2Advertisement home/some asks for"
    assert "no Node objects" in unit(*facts).refused[0].reason  # type: ignore[union-attr]


def test_several_advertisements_of_different_nodes() -> None:
    """L2-28: any of them may; which one does, they settle among each other."""
    one = l2_advertisement("one", nodeSelectors=[labels(rack="one")])
    two = l2_advertisement("two", nodeSelectors=[labels(rack="two")])
    assert announcers(cart(), POOL, LEASE, READY, one, two, *NODES) == {"a": (), "b": ()}


def test_a_selector_that_nobody_fits_until_a_node_is_labelled() -> None:
    """L2-19."""
    some = l2_advertisement("some", nodeSelectors=[labels(rack="nine")])
    facts = (cart(), POOL, LEASE, READY, some)
    assert announcers(*facts, *NODES) == {}
    assert announcers(*facts, *NODES[:2], node("c", labels={"rack": "nine"})) == {"c": ()}


def preferring(name: str, weight: int, **found: str) -> Fact:
    preference = {"weight": weight, "preference": labels(**found)}
    return l2_advertisement(name, preferredNodeSelectors=[preference])


def test_weights_of_several_advertisements_add_up() -> None:
    """L2-25. L2-21: who fits nobody, or everybody alike, changes nothing."""
    facts = (cart(), POOL, LEASE, READY, preferring("x", 60, rack="one"))
    nobody = announcers(cart(), POOL, LEASE, READY, preferring("x", 60, rack="nine"), *NODES)
    assert nobody == {"a": (), "b": (), "c": ()}
    everybody = {"weight": 60, "preference": {}}
    alike = l2_advertisement("x", preferredNodeSelectors=[everybody])
    found = announcers(cart(), POOL, LEASE, READY, alike, *NODES)
    assert found == {"a": (60,), "b": (60,), "c": (60,)}
    assert announcers(*facts, preferring("y", 50, rack="one"), *NODES) == {
        "a": (110,), "b": (), "c": (),
    }  # fmt: skip
    assert announcers(*facts, preferring("y", 50, rack="two"), *NODES) == {
        "a": (60,), "b": (50,), "c": (),
    }  # fmt: skip


def test_preferred_nodes_outside_of_the_selected_never_announce() -> None:
    """L2-24."""
    hard = l2_advertisement(
        "hard",
        nodeSelectors=[labels(rack="one")],
        preferredNodeSelectors=[{"weight": 9, "preference": labels(rack="two")}],
    )
    assert announcers(cart(), POOL, LEASE, READY, hard, *NODES) == {"a": ()}


def test_interfaces_of_several_advertisements_are_joined_and_none_means_all() -> None:
    """L2-15."""
    facts = (cart(), POOL, LEASE, READY, node("a"))
    one = l2_advertisement("one", interfaces=["eth0"])
    other = l2_advertisement("other", interfaces=["eth1"])
    assert announcers(*facts, one) == {"a": (0, "eth0")}
    assert announcers(*facts, one, other) == {"a": (0, "eth0", "eth1")}
    assert announcers(*facts, one, other, ALL) == {"a": ()}


@pytest.mark.parametrize(
    ("selectors", "is_announced"),
    [
        ([], True),
        ([labels(app="shop")], True),
        ([labels(app="bank")], False),
        ([labels(app="bank"), labels(app="shop")], True),  # L2-30: or
    ],
)
def test_services_by_their_labels(selectors: list[object], *, is_announced: bool) -> None:
    """L2-27."""
    some = l2_advertisement("some", serviceSelectors=selectors)
    facts = (cart(labels={"app": "shop"}), POOL, LEASE, READY, some)
    assert bool(announcers(*facts)) is is_announced


@pytest.mark.parametrize(
    ("spec", "is_announced"),
    [
        ({"ipAddressPools": ["edge"]}, True),
        ({"ipAddressPools": ["other"]}, False),
        ({"ipAddressPoolSelectors": [labels(zone="dmz")]}, True),
        ({"ipAddressPoolSelectors": [labels(zone="lan")]}, False),
        ({"ipAddressPools": ["edge"], "ipAddressPoolSelectors": [labels(zone="lan")]}, True),
        ({"namespace": "elsewhere"}, False),
    ],
)
def test_pools_by_name_or_labels(spec: dict[str, Any], *, is_announced: bool) -> None:
    pool = address_pool("edge", "192.0.2.0/28", labels={"zone": "dmz"})
    some = l2_advertisement("some", **spec)
    assert (unit(cart(), pool, LEASE, READY, some) is not None) is is_announced


def test_who_shares_an_address_shares_its_announcer() -> None:
    """L2-08; and an advertisement that is about both counts once."""
    shared = {"annotations": {"metallb.io/allow-shared-ip": "key"}}
    facts = (
        cart(**shared), service("pay", {"port": 81}, type=LB, **shared), POOL, READY,
        slice_of("pay", pod("10.0.0.3", "c")), address_lease("cart", VIP),
        address_lease("pay", VIP), preferring("x", 60, rack="one"), *NODES,
    )  # fmt: skip
    found = unit(*facts)
    assert found
    assert [ref.name for ref in found.services] == ["cart", "pay"]
    assert announcers(*facts) == {"a": (60,), "b": (), "c": ()}


def test_both_families_are_drawn_by_the_first_address() -> None:
    lease = address_lease("cart", "2001:db8::5", VIP)
    facts = (cart(), POOL, ALL, lease, READY)
    for address in ("2001:db8::5", VIP):
        found = unit(*facts, address=address)
        assert found
        assert found.first_address == "2001:db8::5"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"protocol": "layer2"}, {"*": ()}),
        ({"protocol": "layer2", "interface": "eth1"}, {"*": (0, "eth1")}),
        ({"protocol": "layer2", "interface": ROUTER}, {"*": (0, ROUTER)}),
        ({"protocol": "vip"}, {"*": ()}),
        ({"protocol": "bgp"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_eips(spec: dict[str, Any], expected: object) -> None:
    opted = cart(annotations={"lb.kubesphere.io/v1alpha1": "openelb"})
    facts = (opted, eip("edge", "192.0.2.0/28", **spec), LEASE, READY)
    if expected is None:
        assert unit(*facts) is None
    else:
        assert announcers(*facts) == expected


def test_in_front_of_nodes_they_are_no_announcers() -> None:
    web = cart(ports=[{"port": 80, "nodePort": 30080}])
    facts = (web, POOL, ALL, LEASE, *NODES)
    assert announcers(*facts, settings=Settings(via=Via.NODE_PORT)) == {"*": ()}


def test_the_room_alone_announces_and_forwards_nothing() -> None:
    """Next to a kube-proxy."""
    plan = compiled(cart(), POOL, ALL, LEASE, READY, settings=Settings(rooms=frozenset({Room.LB})))
    kinds = {key.kind for key in plan}
    assert "layer2" in kinds
    assert kinds.isdisjoint({"frontend", "pool", "nodePort", "portRequest"})
    closed = Settings(rooms=frozenset({Room.L4}))
    assert unit(cart(), POOL, ALL, LEASE, READY, settings=closed) is None
