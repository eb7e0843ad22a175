"""Claims on one prefix -> BgpRoute: who tells whom, with which attributes, and why nobody else."""

import msgspec
import pytest

from compiler.world import compiled, lowered, outcome, told
from model.build import (
    address_lease,
    address_pool,
    bgp_advertisement,
    bgp_conf,
    bgp_peer,
    community,
    eip,
    l2_advertisement,
    node,
    openelb_peer,
    pod,
    service,
    slice_of,
)
from portico.model.metallb import CommunitySpec
from portico.plan.bgp import BgpRoute, bgp_peer_key
from portico.plan.layer2 import layer2_key
from portico.plan.verdict import outcome_key

VIP, VIP_6 = "198.51.100.7", "2001:db8:99::7"
POOL = address_pool("edge", "198.51.100.0/24", "2001:db8:99::/64")
CART = service(type="LoadBalancer")
LEASE = address_lease("cart", VIP)
READY = slice_of("cart", pod("10.0.0.1", "a"), pod("10.0.0.2", "b"))
NODES = (node("a", labels={"rack": "one"}), node("b", labels={"rack": "two"}), node("c"))
PEER, OTHER = bgp_peer("rack"), bgp_peer("spine", "192.0.2.253")
SHOP = (CART, POOL, LEASE, READY, *NODES)
ONE, TWO = ({"matchLabels": {"rack": name}} for name in ("one", "two"))


def routes(*facts):
    plan = compiled(*facts)
    found = sorted((key, unit) for key, unit in plan.items() if isinstance(unit, BgpRoute))
    return {unit.prefix: unit for _, unit in found}


def route(*facts, prefix=f"{VIP}/32"):
    return routes(*facts)[prefix]


def said(*facts, node, peer="rack", prefix=f"{VIP}/32"):
    """What one node tells a peer: local preference and communities; None: nothing."""
    found = route(*facts, prefix=prefix).told(node, bgp_peer_key(PEER.ref._replace(name=peer)))
    return found and (found.local_pref, *found.communities, *found.large)


def no(fact, *others):
    return told(outcome(lowered(fact, *others)).refused)


def service_no(*facts):
    plan = compiled(*facts)
    found = plan[outcome_key(CART.ref)]
    units = (plan[key] for key in found.asked if key in plan)
    refused = [*found.refused, *(each for unit in units for each in unit.refused)]
    return [code for _, code in told(refused)]


def test_an_empty_advertisement_tells_every_peer_from_every_node():
    found = route(*SHOP, bgp_advertisement("all"), PEER, OTHER)
    assert found.services == (CART.ref,)
    (only,) = found.tellings
    assert only.nodes.names == ("a", "b", "c")
    assert [key.name for key in only.peers] == ["BGPPeer/home/rack", "BGPPeer/home/spine"]


def test_both_families_are_routes_of_their_own():
    lease = address_lease("cart", VIP, VIP_6)
    found = routes(CART, POOL, lease, READY, *NODES, bgp_advertisement("all"), PEER)
    assert set(found) == {f"{VIP}/32", f"{VIP_6}/128"}


def test_all_attributes():
    ad = bgp_advertisement(
        "all", localPref=200, communities=["64512:1", "large:1:2:3", "no-export", "loud"]
    )
    names = community("names", loud="64512:9")
    more = community("more", **{"no-export": "65535:65281"})
    assert said(*SHOP, ad, names, more, PEER, node="a") == (
        200, "64512:1", "64512:9", "65535:65281", "1:2:3",
    )  # fmt: skip


def test_several_advertisements_add_up():
    facts = (
        *SHOP, PEER, OTHER,
        bgp_advertisement("x@2024", communities=["64512:1"], nodeSelectors=[ONE]),
        bgp_advertisement("y@2025", communities=["64512:2"], localPref=300),
        bgp_advertisement("z@2026", communities=["64512:3"], peers=["spine"]),
    )  # fmt: skip
    assert said(*facts, node="a") == (300, "64512:1", "64512:2")
    assert said(*facts, node="b") == (300, "64512:2")
    assert said(*facts, node="b", peer="spine") == (300, "64512:2", "64512:3")


def test_each_service_at_its_own_peer():
    other = service("chat", type="LoadBalancer")
    facts = (
        *SHOP, other, address_lease("chat", "203.0.113.1"), slice_of("chat", pod("10.0.0.3", "a")),
        address_pool("core", "203.0.113.0/24"), PEER, OTHER,
        bgp_advertisement("x", ipAddressPools=["edge"], peers=["rack"]),
        bgp_advertisement("y", ipAddressPools=["core"], peers=["spine"]),
    )  # fmt: skip
    assert said(*facts, node="a", peer="rack") == (0,)
    assert said(*facts, node="a", peer="spine") is None
    assert said(*facts, node="a", peer="spine", prefix="203.0.113.1/32") == (0,)


def test_nodes_are_the_union_of_what_is_selected():
    some = bgp_advertisement("x", nodeSelectors=[ONE])
    found = route(*SHOP, some, PEER)
    assert said(*SHOP, some, PEER, node="b") is None
    assert {left.who for left in found.passed_over} == {"b", "c"}
    both = (*SHOP, some, bgp_advertisement("y", nodeSelectors=[TWO]), PEER)
    assert [said(*both, node=name) for name in "abc"] == [(0,), (0,), None]


def test_the_policy_local_tells_from_where_endpoints_are():
    local = service(type="LoadBalancer", externalTrafficPolicy="Local")
    facts = (local, POOL, LEASE, READY, *NODES, bgp_advertisement("all"), PEER)
    assert [said(*facts, node=name) for name in "abc"] == [(0,), (0,), None]


def test_a_terminating_endpoint_that_serves_keeps_the_route():
    going = pod("10.0.0.1", "a", ready=False, serving=True, terminating=True)
    facts = (CART, POOL, LEASE, *NODES, bgp_advertisement("all"), PEER)
    assert route(*facts, slice_of("cart", going)).tellings
    gone = pod("10.0.0.1", "a", ready=False, serving=False, terminating=True)
    assert not route(*facts, slice_of("cart", gone)).tellings
    assert service_no(*facts, slice_of("cart", gone)).count("NoAnnouncer") == 1


def test_a_node_without_network_tells_nothing():
    broken = node("d", conditions={"NetworkUnavailable": "True"})
    facts = (*SHOP, broken, bgp_advertisement("all"), PEER)
    assert said(*facts, node="d") is None
    assert "d" in {left.who for left in route(*facts).passed_over}


def test_only_services_that_are_selected():
    labelled = service(type="LoadBalancer", labels={"tier": "gold"})
    gold = bgp_advertisement("x", serviceSelectors=[{"matchLabels": {"tier": "gold"}}])
    rest = (POOL, LEASE, READY, *NODES, gold, PEER)
    assert routes(labelled, *rest)
    assert not routes(CART, *rest)
    assert service_no(CART, *rest) == ["NotAnnounced"]


def two_services():
    """`cart` is gold, `chat` is not; both have an address of one pool."""
    return (
        service(type="LoadBalancer", labels={"tier": "gold"}),
        service("chat", type="LoadBalancer", labels={"tier": "tin"}),
        POOL, LEASE, address_lease("chat", "198.51.100.9"), READY,
        slice_of("chat", pod("10.0.0.3", "c")), PEER,
    )  # fmt: skip


def of_tier(tier):
    return {"serviceSelectors": [{"matchLabels": {"tier": tier}}]}


def test_a_host_route_of_some_services_beside_an_aggregate_of_all():
    """BGP-42."""
    ads = (bgp_advertisement("x", **of_tier("gold")), bgp_advertisement("y", aggregationLength=25))
    found = routes(*two_services(), *NODES, *ads)
    assert set(found) == {f"{VIP}/32", "198.51.100.0/25"}
    assert {each.name for each in found["198.51.100.0/25"].services} == {"cart", "chat"}


def test_each_service_has_the_communities_of_those_who_select_it():
    """BGP-43."""
    ads = (
        bgp_advertisement("x", communities=["64512:1"], **of_tier("gold")),
        bgp_advertisement("y", communities=["64512:2"], **of_tier("tin")),
        bgp_advertisement("z", communities=["64512:3"]),
    )
    facts = (*two_services(), *NODES, *ads)
    assert said(*facts, node="a") == (0, "64512:1", "64512:3")
    assert said(*facts, node="a", prefix="198.51.100.9/32") == (0, "64512:2", "64512:3")


def test_a_selector_that_fits_no_node_until_one_is_labelled():
    """BGP-37; and BGP-38: of two advertisements one is changed to no node, and the other stays."""
    nine = {"nodeSelectors": [{"matchLabels": {"rack": "nine"}}]}
    gold = bgp_advertisement("x", **of_tier("gold"), **nine)
    tin = bgp_advertisement("y", **of_tier("tin"))
    others = (*two_services(), gold, tin)
    assert [said(*others, *NODES, node=name) for name in "abc"] == [None] * 3
    assert said(*others, *NODES, node="a", prefix="198.51.100.9/32") == (0,)
    labelled = (*others, *NODES[1:], node("a", labels={"rack": "nine"}))
    assert [said(*labelled, node=name) for name in "abc"] == [(0,), None, None]
    assert said(*labelled, node="b", prefix="198.51.100.9/32") == (0,)


def test_each_peer_sees_only_what_is_for_it():
    """BGP-34: one Service, two advertisements, two peers."""
    ads = (
        bgp_advertisement("x", communities=["64512:1"], peers=["rack"]),
        bgp_advertisement("y", communities=["64512:2"], peers=["spine"]),
    )
    facts = (*SHOP, *ads, PEER, OTHER)
    assert said(*facts, node="a", peer="rack") == (0, "64512:1")
    assert said(*facts, node="a", peer="spine") == (0, "64512:2")


def test_aggregation_is_one_route_for_all_in_it():
    other = service("chat", type="LoadBalancer")
    ad = bgp_advertisement("x", aggregationLength=26, aggregationLengthV6=64)
    facts = (
        CART, other, POOL, address_lease("cart", VIP, VIP_6), address_lease("chat", "198.51.100.9"),
        READY, slice_of("chat", pod("10.0.0.3", "c")), *NODES, ad, PEER,
    )  # fmt: skip
    found = routes(*facts)
    assert set(found) == {"198.51.100.0/26", "2001:db8:99::/64"}
    assert len(found["198.51.100.0/26"].services) == 2


def test_a_host_route_beside_an_aggregate():
    ads = (bgp_advertisement("x", localPref=200), bgp_advertisement("y", aggregationLength=25))
    facts = (*SHOP, *ads, PEER)
    assert set(routes(*facts)) == {f"{VIP}/32", "198.51.100.0/25"}
    assert said(*facts, node="a") == (200,)
    assert said(*facts, node="a", prefix="198.51.100.0/25") == (0,)


@pytest.mark.parametrize(
    ("ranges", "length", "is_refused"),
    [
        (["198.51.100.0/24"],                24, False),
        (["198.51.100.0/24"],                23, True),
        (["198.51.100.0-198.51.100.255"],    24, False),
        (["198.51.100.4-198.51.100.11"],     30, False),
        (["198.51.100.4-198.51.100.11"],     29, True),
        (["198.51.100.0/24", "203.0.113.0/28"], 26, True),
    ],
)  # fmt: skip
def test_a_prefix_that_is_wider_than_the_pool_is_refused(ranges, length, is_refused):
    pool = address_pool("edge", *ranges)
    ad = bgp_advertisement("wide", aggregationLength=length)
    found = no(ad, pool, PEER)
    assert found == ([("spec.aggregationLength", "AggregationTooWide")] if is_refused else [])


def test_a_bad_advertisement_takes_nothing_from_a_good_one():
    good = bgp_advertisement("good@2025", communities=["64512:1"])
    for bad, expected in (
        (bgp_advertisement("bad@2024", communities=["secret"]), "CommunityInvalid"),
        (bgp_advertisement("bad@2024", communities=["64512:70000"]), "CommunityInvalid"),
        (bgp_advertisement("bad@2024", communities=["large:1:2"]), "CommunityInvalid"),
        (bgp_advertisement("bad@2024", aggregationLength=16), "AggregationTooWide"),
        (bgp_advertisement("bad@2024", aggregationLength=28, serviceSelectors=[ONE]),
         "AggregationSelective"),
        (bgp_advertisement("bad@2026", localPref=1), None),
    ):  # fmt: skip
        codes = [code for _, code in no(bad, *SHOP, good, PEER)]
        assert codes == ([expected] if expected else [])
        assert "64512:1" in said(*SHOP, good, bad, PEER, node="a")


def test_a_community_that_is_not_there_announces_nothing_rather_than_too_much():
    facts = (*SHOP, bgp_advertisement("x", communities=["no-export"]), PEER)
    assert not routes(*facts)
    assert service_no(*facts) == ["NotAnnounced"]


def test_communities_that_do_not_fit_into_a_message():
    """ExaBGP would leave the route out, and nobody would be told."""
    many = [f"large:1:2:{number}" for number in range(64)]
    good = bgp_advertisement("good", communities=["64512:1"])
    ad = bgp_advertisement("many", communities=many)
    assert no(ad, *SHOP, PEER) == [("spec.communities", "CommunitiesTooMany")]
    assert said(*SHOP, ad, good, PEER, node="a") == (0, "64512:1")
    assert no(bgp_advertisement("most", communities=many[1:]), *SHOP, PEER) == []


def test_two_local_preferences_for_one_route():
    elder = bgp_advertisement("x@2024", localPref=100)
    younger = bgp_advertisement("y@2025", localPref=200, communities=["64512:2"])
    assert no(younger, *SHOP, elder, PEER) == [("spec.localPref", "LocalPrefConflict")]
    assert no(elder, *SHOP, younger, PEER) == []
    assert said(*SHOP, elder, younger, PEER, node="a") == (100,)
    apart = bgp_advertisement("y@2025", localPref=200, nodeSelectors=[TWO])
    mine = bgp_advertisement("x@2024", localPref=100, nodeSelectors=[ONE])
    assert no(apart, *SHOP, mine, PEER) == []
    elsewhere = bgp_advertisement("y@2025", localPref=200, peers=["spine"])
    here = bgp_advertisement("x@2024", localPref=100, peers=["rack"])
    assert no(elsewhere, *SHOP, here, PEER, OTHER) == []


def test_names_of_nobody_are_told():
    ad = bgp_advertisement("x", ipAddressPools=["egde", "edge"], peers=["ghost", "rack"])
    assert no(ad, *SHOP, PEER) == [
        ("spec.ipAddressPools[0]", "AdvertisedPoolMissing"),
        ("spec.peers[0]", "AdvertisedPeerMissing"),
    ]
    assert said(*SHOP, ad, PEER, node="a") == (0,)


def test_without_a_router_the_owner_is_told():
    facts = (*SHOP, bgp_advertisement("all"))
    assert service_no(*facts) == ["NoBgpPeer"]
    elsewhere = bgp_peer("rack", nodeSelectors=[{"matchLabels": {"rack": "nine"}}])
    assert service_no(*facts, elsewhere) == ["NoBgpPeer"]
    assert service_no(*facts, PEER) == []


def test_both_ways_at_once():
    plan = compiled(*SHOP, bgp_advertisement("x"), l2_advertisement("y"), PEER)
    assert layer2_key(VIP) in plan
    assert any(isinstance(unit, BgpRoute) for unit in plan.values())


def test_one_address_of_two_services_stays_while_one_needs_it():
    other = service("chat", type="LoadBalancer")
    facts = (
        CART,
        other,
        POOL,
        LEASE,
        address_lease("chat", VIP),
        *NODES,
        bgp_advertisement("x"),
        PEER,
    )
    found = route(*facts, slice_of("chat", pod("10.0.0.3", "c")))
    assert {each.name for each in found.services} == {"cart", "chat"}
    assert found.tellings


def test_an_eip_is_told_to_openelbs_peers():
    annotated = service(type="LoadBalancer", annotations={"lb.kubesphere.io/v1alpha1": "openelb"})
    facts = (annotated, eip("edge", "198.51.100.0/24"), LEASE, READY, *NODES,
             bgp_conf(**{"as": 50000}), openelb_peer("rack"), PEER)  # fmt: skip
    (only,) = route(*facts).tellings
    assert [key.name for key in only.peers] == ["BgpPeer//rack"]
    layer2 = eip("edge", "198.51.100.0/24", protocol="layer2")
    assert not routes(*(layer2 if each == facts[1] else each for each in facts))


def test_names_that_are_given_twice_or_stand_for_nothing():
    elder, younger = community("a@2024", loud="64512:1"), community("b@2025", loud="64512:2")
    assert no(younger, elder) == [("spec.communities[0].name", "CommunityNameTaken")]
    twice = community("d", loud="64512:1")
    entry = twice.spec.communities[0]
    twice = msgspec.structs.replace(twice, spec=CommunitySpec((entry, entry)))
    assert no(twice) == [("spec.communities[1].name", "CommunityNameTaken")]
    assert no(community("c", odd="1:2:3")) == [("spec.communities[0].value", "CommunityInvalid")]
    facts = (*SHOP, bgp_advertisement("x", communities=["loud"]), elder, younger, PEER)
    assert said(*facts, node="a") == (0, "64512:1")
