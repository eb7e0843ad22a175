"""BGPPeer, BgpPeer -> sessions, and everything that keeps one from being one."""

import pytest

from compiler.world import compiled, lowered, outcome, told
from model.build import (
    basic_auth,
    bfd_profile,
    bgp_conf,
    bgp_peer,
    node,
    openelb_peer,
    secret,
)
from portico.plan.bgp import BfdTimes, BgpPeer, Nodes, Password
from portico.plan.transport import Family
from portico.settings import BgpEngine, Settings

SETTINGS = Settings()
PASS = {"name": "pass"}
NODES = (node("a", labels={"rack": "one"}), node("b", labels={"rack": "two"}))


def sessions(*facts, settings=SETTINGS):
    plan = compiled(*facts, settings=settings)
    return [unit for key, unit in sorted(plan.items()) if isinstance(unit, BgpPeer)]


def session(*facts, **more):
    (only,) = sessions(*facts, **more)
    return only


def no(fact, *others, settings=SETTINGS):
    return told(outcome(lowered(fact, *others, settings=settings)).refused)


def test_the_simplest_session():
    found = session(bgp_peer("rack"))
    assert (found.address, found.port, found.local_as, found.remote) == (
        "192.0.2.254", 179, 64512, 64513,
    )  # fmt: skip
    assert (found.hold, found.keepalive, found.connect, found.graceful) == (90, 0, 0, 0)
    assert found.families == (Family.IPV4,)
    assert found.nodes == Nodes(is_open=True)
    assert (found.multihop, found.password, found.bfd) == (False, None, None)


def test_everything_that_can_be_said():
    found = session(
        bgp_peer(
            "rack", "2001:db8::254", localASN=4200000000, peerPort=1179, routerID="1.2.3.4",
            sourceAddress="2001:db8::1", holdTime="1m30s", keepaliveTime="30s", connectTime="10s",
            ebgpMultiHop=True, enableGracefulRestart=True, dualStackAddressFamily=True, vrf="red",
            bfdProfile="quick", passwordSecret={"name": "pass"},
        ),
        bfd_profile("quick", transmitInterval=100, receiveInterval=150, detectMultiplier=5,
                    passiveMode=True, minimumTtl=250),
        basic_auth("pass", "s3cret"),
    )  # fmt: skip
    assert (found.local_as, found.port, found.router_id) == (4200000000, 1179, "1.2.3.4")
    assert (found.source, found.hold, found.connect) == ("2001:db8::1", 90, 10)
    assert found.multihop
    assert found.graceful == 120
    assert found.families == (Family.IPV4, Family.IPV6)
    assert found.vrf == "red"
    assert found.bfd == BfdTimes(100, 150, 5, passive=True, minimum_ttl=250)
    assert found.password == Password("s3cret")
    assert "s3cret" not in repr(found)


def test_the_former_version_of_the_kind():
    from model.build import document, fact

    old = fact(
        document("metallb.io/v1beta1", "BGPPeer", "rack", "home", spec={
            "myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.254", "peerPort": 0,
        })
    )  # fmt: skip
    assert session(old).port == 179


@pytest.mark.parametrize(
    ("what", "spec", "expected"),
    [
        ("no address", {"peerAddress": ""}, ("peerAddress", "PeerAddressInvalid")),
        ("a name", {"peerAddress": "router.local"}, ("peerAddress", "PeerAddressInvalid")),
        ("loopback", {"peerAddress": "127.0.0.1"}, ("peerAddress", "PeerAddressInvalid")),
        ("link-local", {"peerAddress": "fe80::1"}, ("peerAddress", "PeerAddressInvalid")),
        ("unnumbered", {"interface": "eth0"}, ("interface", "PeerUnnumbered")),
        ("without an AS", {"peerASN": None}, ("peerASN", "AsNumberMissing")),
        ("without our AS", {"myASN": 0}, ("myASN", "AsNumberMissing")),
        ("two kinds of AS", {"dynamicASN": "external"}, ("dynamicASN", "AsNumberTwice")),
        ("strange AS", {"dynamicASN": "any", "peerASN": None}, ("dynamicASN", "DynamicAsUnknown")),
        ("inside", {"ebgpMultiHop": True, "peerASN": 64512}, ("ebgpMultiHop", "MultihopInternal")),
        ("router id", {"routerID": "1.2.3"}, ("routerID", "RouterIdInvalid")),
        ("source", {"sourceAddress": "eth0"}, ("sourceAddress", "SourceAddressInvalid")),
        ("family", {"sourceAddress": "2001:db8::1"}, ("sourceAddress", "SourceAddressInvalid")),
        ("hold below 3", {"holdTime": "2s"}, ("holdTime", "BgpTimeInvalid")),
        ("hold is no time", {"holdTime": "soon"}, ("holdTime", "BgpTimeInvalid")),
        ("hold too long", {"holdTime": "65536s"}, ("holdTime", "BgpTimeInvalid")),
        ("parts of seconds", {"holdTime": "3500ms"}, ("holdTime", "BgpTimeInvalid")),
        ("above", {"holdTime": "9s", "keepaliveTime": "10s"}, ("keepaliveTime", "BgpTimeInvalid")),
        ("connect 0", {"connectTime": "0s"}, ("connectTime", "BgpTimeInvalid")),
        ("connect too long", {"connectTime": "65536s"}, ("connectTime", "BgpTimeInvalid")),
        ("vrf", {"vrf": "red; run"}, ("vrf", "VrfInvalid")),
        ("password too long", {"password": "x" * 81}, ("password", "PasswordInvalid")),
        ("2", {"password": "x", "passwordSecret": PASS}, ("passwordSecret.name", "PasswordTwice")),
        ("no Secret", {"passwordSecret": PASS}, ("passwordSecret.name", "PasswordMissing")),
        ("no such profile", {"bfdProfile": "quick"}, ("bfdProfile", "BfdProfileMissing")),
    ],
)  # fmt: skip
def test_a_peer_that_cannot_be_is_refused_alone(what, spec, expected):
    field, code = expected
    bad = bgp_peer("bad", **spec)
    good = bgp_peer("good", "192.0.2.253")
    assert (f"spec.{field}", code) in no(bad, good), what
    assert [each.peer.name for each in sessions(bad, good)] == ["good"]


@pytest.mark.parametrize(
    ("hold", "keepalive", "expected"),
    [
        ("",       "",     (90, 0)),
        ("0s",     "",     (0, 0)),
        ("180s",   "60s",  (180, 60)),
        ("",       "20s",  (60, 20)),      # three times the keepalive
        ("3m",     "",     (180, 0)),
    ],
)  # fmt: skip
def test_hold_and_keepalive_time(hold, keepalive, expected):
    found = session(bgp_peer("rack", holdTime=hold, keepaliveTime=keepalive))
    assert (found.hold, found.keepalive) == expected


def test_a_keepalive_time_that_exabgp_cannot_have_is_told():
    odd = bgp_peer("rack", holdTime="90s", keepaliveTime="10s")
    assert no(odd) == [("spec.keepaliveTime", "KeepaliveApproximated")]
    assert no(odd, settings=Settings(bgp_engine=BgpEngine.BIRD)) == []
    assert session(odd).hold == 90


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("another type", secret("pass", None, "home")),
        ("no password", basic_auth("pass", "", stringData={"username": "me"})),
        ("another namespace", basic_auth("pass", "x", namespace="shop")),
    ],
)
def test_a_secret_that_holds_no_password(what, found):
    wanting = bgp_peer("rack", passwordSecret={"name": "pass"})
    assert no(wanting, found) == [("spec.passwordSecret.name", "PasswordMissing")], what
    assert not sessions(wanting, found)


def test_bird_knows_no_quotation_marks():
    quoting = bgp_peer("rack", password='"')
    assert no(quoting) == []
    assert no(quoting, settings=Settings(bgp_engine=BgpEngine.BIRD)) == [
        ("spec.password", "PasswordInvalid")
    ]


def test_of_two_peers_for_one_session_the_elder_has_it():
    elder, younger = bgp_peer("b@2024"), bgp_peer("a@2025")
    assert no(younger, elder) == [("spec.peerAddress", "PeerTaken")]
    assert no(elder, younger) == []
    assert [each.peer.name for each in sessions(elder, younger)] == ["b"]


def test_two_peers_that_meet_at_one_node_keep_their_sessions_at_the_others():
    """CFG-08: a relabelled node must not take the routes of all others away."""
    left = bgp_peer("a@2024", nodeSelectors=[{"matchLabels": {"left": "y"}}])
    right = bgp_peer("b@2025", nodeSelectors=[{"matchLabels": {"right": "y"}}])
    nodes = [node("l", labels={"left": "y"}), node("r", labels={"right": "y"})]
    both = node("m", labels={"left": "y", "right": "y"})
    found = sessions(left, right, *nodes, both)
    assert [(each.peer.name, each.nodes.names) for each in found] == [
        ("a", ("l", "m")),
        ("b", ("r",)),
    ]
    reasons = {left.who: left.reason for left in found[1].passed_over}
    assert reasons["m"] == "BGPPeer home/a has a session to the same address there"
    assert no(right, left, *nodes, both) == [("spec.peerAddress", "PeerTaken")]
    assert no(right, left, *nodes, node("m", labels={"right": "y"})) == []


def test_one_router_for_other_nodes_is_another_session():
    facts = (
        bgp_peer("one", nodeSelectors=[{"matchLabels": {"rack": "one"}}]),
        bgp_peer("two", myASN=64555, nodeSelectors=[{"matchLabels": {"rack": "two"}}]),
    )
    found = sessions(*facts, *NODES)
    assert [(each.local_as, each.nodes.names) for each in found] == [
        (64512, ("a",)),
        (64555, ("b",)),
    ]
    assert [left.who for left in found[0].passed_over] == ["b"]


def test_without_nodes_a_selector_selects_nobody():
    found = session(bgp_peer("one", nodeSelectors=[{"matchLabels": {"rack": "one"}}]))
    assert found.nodes == Nodes()


def test_echo_is_told_to_be_missing_and_the_rest_holds():
    echoing = bfd_profile("quick", echoMode=True, transmitInterval=100)
    assert no(echoing) == [("spec.echoMode", "BfdEchoUnsupported")]
    assert session(bgp_peer("rack", bfdProfile="quick"), echoing).bfd == BfdTimes(transmit=100)


def test_in_another_namespace_than_metallbs_there_is_no_session():
    home = Settings(metallb_namespace="metallb-system")
    assert no(bgp_peer("rack"), settings=home) == [("metadata.namespace", "NamespaceElsewhere")]
    assert not sessions(bgp_peer("rack"), settings=home)


CONF = bgp_conf(**{"as": 50000, "routerId": "10.0.0.1"})


def test_a_peer_of_openelb():
    found = session(CONF, openelb_peer("rack"))
    assert (found.local_as, found.remote, found.router_id) == (50000, 64513, "10.0.0.1")
    assert found.families == (Family.IPV4,)
    # Without Node objects, as on one machine: no selector asks for labels of nodes.
    assert found.nodes.is_open
    labelled = openelb_peer("rack", nodeSelector={"matchLabels": {"rack": "left"}})
    assert not session(CONF, labelled).nodes.is_open


def test_a_peer_of_openelb_that_says_everything():
    found = session(
        CONF,
        openelb_peer(
            "rack", conf={"localAs": 50001, "authPassword": "s3cret"},
            transport={"remotePort": 17900}, ebgpMultihop={"enabled": True},
            timers={"config": {"holdTime": "30", "keepaliveInterval": "10", "connectRetry": "5"}},
            gracefulRestart={"enabled": True, "restartTime": 60},
            afiSafis=[{"config": {"family": {"afi": family}, "enabled": True}}
                      for family in ("AFI_IP", "AFI_IP6")],
        ),
    )  # fmt: skip
    assert (found.local_as, found.port, found.hold, found.connect) == (50001, 17900, 30, 5)
    assert (found.graceful, found.multihop) == (60, True)
    assert found.families == (Family.IPV4, Family.IPV6)
    assert found.password == Password("s3cret")


def test_racks_of_openelb_have_their_own_as():
    label = "openelb.kubesphere.io/rack"
    conf = bgp_conf(**{"as": 50000, "asPerRack": {"left": 50001}})
    facts = (node("a", labels={label: "left"}), node("b", labels={label: "right"}), node("c"))
    found = sessions(conf, openelb_peer("rack"), *facts)
    assert [(each.local_as, each.nodes.names) for each in found] == [
        (50000, ("b", "c")), (50001, ("a",)),
    ]  # fmt: skip


def test_openelb_without_a_conf_has_no_as():
    assert no(openelb_peer("rack")) == [("spec.conf.localAs", "AsNumberMissing")]


def test_a_peer_that_is_switched_off_is_no_session_and_no_mistake():
    off = openelb_peer("rack", conf={"adminDown": True})
    assert no(off, CONF) == []
    assert not sessions(off, CONF)


def test_what_of_openelb_is_not_done_is_told():
    assert no(bgp_conf("other")) == [("metadata.name", "BgpConfUnused")]
    assert no(bgp_conf(policy="routes")) == [("spec.policy", "BgpSettingUnsupported")]
    passive = openelb_peer("rack", transport={"passiveMode": True})
    assert no(passive, CONF) == [("spec.transport.passiveMode", "BgpSettingUnsupported")]
    assert sessions(passive, CONF)
