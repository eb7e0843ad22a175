"""MetalLB's kinds: what is read of them, and what is wrong with others."""

import pytest

from model.build import Document, document, fact
from portico.model.decode import Trouble, decode
from portico.model.metallb import (
    ADDRESS_POOLS,
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
    ServiceAllocation,
)
from portico.model.selector import LabelSelector

V1, V2 = "metallb.io/v1beta1", "metallb.io/v1beta2"
HOME = "metallb-system"


def test_a_pool() -> None:
    allocation = {"priority": 50, "namespaces": ["shop"], "serviceSelectors": [{}]}
    spec = {
        "addresses": ["192.0.2.0/28", "2001:db8::1-2001:db8::9"],
        "autoAssign": False,
        "avoidBuggyIPs": True,
        "serviceAllocation": allocation,
    }
    found = fact(document(V1, "IPAddressPool", "edge", HOME, spec=spec))
    assert isinstance(found, IPAddressPool)
    assert str(found.ref) == "IPAddressPool metallb-system/edge"
    assert found.spec.addresses == ("192.0.2.0/28", "2001:db8::1-2001:db8::9")
    assert (found.spec.auto_assign, found.spec.avoid_buggy_ips) == (False, True)
    assert found.spec.service_allocation == ServiceAllocation(
        priority=50, namespaces=("shop",), service_selectors=(LabelSelector(),)
    )
    assert found.groups() == {ADDRESS_POOLS}


def test_what_a_pool_is_without_being_told() -> None:
    found = fact(document(V1, "IPAddressPool", "edge", HOME, spec={"addresses": []}))
    assert isinstance(found, IPAddressPool)
    assert (found.spec.auto_assign, found.spec.avoid_buggy_ips) == (True, False)
    assert found.spec.service_allocation is None  # not the same as an empty one, which pins


def test_advertisements() -> None:
    preferred = {"weight": 60, "preference": {"matchLabels": {"rack": "left"}}}
    layer2 = fact(document(
        V1, "L2Advertisement", "lan", HOME,
        spec={"ipAddressPools": ["edge"], "interfaces": ["eth1"],
              "preferredNodeSelectors": [preferred]},
    ))  # fmt: skip
    assert isinstance(layer2, L2Advertisement)
    assert layer2.spec.ip_address_pools == ("edge",)
    assert layer2.spec.interfaces == ("eth1",)
    assert [each.weight for each in layer2.spec.preferred_node_selectors] == [60]
    bgp = fact(document(
        V1, "BGPAdvertisement", "all", HOME,
        spec={"aggregationLength": 24, "localPref": 100, "communities": ["64512:1"],
              "peers": ["r"]},
    ))  # fmt: skip
    assert isinstance(bgp, BGPAdvertisement)
    assert (bgp.spec.aggregation_length, bgp.spec.aggregation_length_v6) == (24, 128)
    assert (bgp.spec.local_pref, bgp.spec.communities, bgp.spec.peers) == (
        100, ("64512:1",), ("r",),
    )  # fmt: skip


@pytest.mark.parametrize("version", [V1, V2])
def test_a_peer_of_either_version(version: str) -> None:
    spec = {"myASN": 64512, "peerASN": 4200000000, "peerAddress": "192.0.2.9", "holdTime": "90s",
            "password": "not to be seen", "routerID": "192.0.2.1"}  # fmt: skip
    found = fact(document(version, "BGPPeer", "router", HOME, spec=spec))
    assert isinstance(found, BGPPeer)
    assert (found.spec.my_asn, found.spec.peer_asn) == (64512, 4200000000)
    assert (found.spec.peer_port, found.spec.router_id) == (179, "192.0.2.1")
    assert found.spec.password == "not to be seen"
    assert "not to be seen" not in f"{found!r} {found}"


def test_the_rest_of_a_peer() -> None:
    spec = {
        "myASN": 64512, "dynamicASN": "external", "localASN": 64999, "interface": "eth1",
        "connectTime": "10s", "keepaliveTime": "3s", "passwordSecret": {"name": "md5"},
        "ebgpMultiHop": True, "enableGracefulRestart": True, "dualStackAddressFamily": True,
        "vrf": "red", "bfdProfile": "quick", "sourceAddress": "192.0.2.1",
    }  # fmt: skip
    found = fact(document(V2, "BGPPeer", "router", HOME, spec=spec))
    assert isinstance(found, BGPPeer)
    told = found.spec
    assert (told.dynamic_asn, told.local_asn, told.interface) == ("external", 64999, "eth1")
    assert (told.connect_time, told.keepalive_time) == ("10s", "3s")
    assert (told.password_secret.name, told.bfd_profile, told.vrf) == ("md5", "quick", "red")
    assert told.ebgp_multi_hop
    assert told.enable_graceful_restart
    assert told.dual_stack_address_family


def test_a_profile_and_aliases() -> None:
    profile = fact(document(V1, "BFDProfile", "quick", HOME, spec={"receiveInterval": 100}))
    assert isinstance(profile, BFDProfile)
    assert (profile.spec.receive_interval, profile.spec.transmit_interval) == (100, 300)
    alias = {"name": "no-export", "value": "65535:65281"}
    aliases = fact(document(V1, "Community", "known", HOME, spec={"communities": [alias]}))
    assert isinstance(aliases, Community)
    assert [(each.name, each.value) for each in aliases.spec.communities] == [
        ("no-export", "65535:65281")
    ]


UNKNOWN = {"matchExpressions": [{"key": "a", "operator": "Like", "values": []}]}


@pytest.mark.parametrize(
    ("version", "kind", "spec", "field"),
    [
        (V1, "IPAddressPool",    None,                          "spec"),
        (V1, "IPAddressPool",    {},                            "spec.addresses"),
        (V1, "IPAddressPool",    {"addresses": "192.0.2.0/24"}, "spec.addresses"),
        (V1, "IPAddressPool",    {"addresses": [4]},            "spec.addresses[0]"),
        (V1, "BGPAdvertisement", {"aggregationLength": 33},     "spec.aggregationLength"),
        (V1, "BGPAdvertisement", {"localPref": -1},             "spec.localPref"),
        (V1, "L2Advertisement",  {"nodeSelectors": [UNKNOWN]},
         "spec.nodeSelectors[0].matchExpressions[0].operator"),
        (V1, "L2Advertisement",  {"preferredNodeSelectors": [{"weight": 101, "preference": {}}]},
         "spec.preferredNodeSelectors[0].weight"),
        (V2, "BGPPeer",          {"peerASN": 64512},            "spec.myASN"),
        (V2, "BGPPeer",          {"myASN": 4294967296},         "spec.myASN"),
        (V2, "BGPPeer",          {"myASN": 1, "peerPort": 16385}, "spec.peerPort"),
        (V1, "BFDProfile",       {"receiveInterval": 9},        "spec.receiveInterval"),
        (V1, "BFDProfile",       {"detectMultiplier": 1},       "spec.detectMultiplier"),
    ],
)  # fmt: skip
def test_what_the_schema_forbids_is_told_with_its_field(
    version: str, kind: str, spec: Document | None, field: str
) -> None:
    fields = {} if spec is None else {"spec": spec}
    found = decode(document(version, kind, "a", HOME, **fields))
    assert isinstance(found, Trouble)
    assert found.field == field
    assert "port number" not in found.reason
