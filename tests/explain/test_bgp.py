"""Which routers are told of an address, and by whom: as text and as values."""

from prometheus_client import CollectorRegistry, generate_latest

from engines_bgp.plans import SERVICE, peer, plan_of, route
from portico.daemon.speaking import speaking_status
from portico.daemon.speaking_metrics import announced_by_bgp, speaking_metrics
from portico.explain.bgp import routes_told, told_document, told_lines
from portico.plan.backend import LeftOut
from portico.plan.bgp import BgpRoute, Nodes, Password, bgp_route_key
from portico.plan.key import Origin
from portico.plan.spoken import Path, Session, Spoken

RACK = peer("rack", nodes=Nodes(("a", "b")), password=Password("s3cret"))
SPINE = peer("spine", "192.0.2.253", nodes=Nodes(("b",)))
HOST = route("198.51.100.7/32", RACK, SPINE, nodes=Nodes(("a", "b", "c")))
NET = route("198.51.100.0/24", RACK, nodes=Nodes(("b",)))
SIX = route("2001:db8:99::/64", RACK)
PLAN = plan_of(RACK, SPINE, HOST, NET, SIX)
UP = Session("up", prefixes=2, updates=5, path=Path("up", 300.0, 7, 8, 1, 0))
HERE = Spoken("a", {RACK.address: UP})


def text(address, spoken=HERE, plan=PLAN):
    found = routes_told(plan, address, spoken)
    return [line.strip() for one in found for line in told_lines(one)]


def test_the_narrowest_route_first_and_who_tells_whom():
    assert text("198.51.100.7") == [
        "route       198.51.100.7/32",
        "told        BGPPeer home/rack (192.0.2.254) by a, b; from here: up",
        "told        BGPPeer home/spine (192.0.2.253) by b",
        "route       198.51.100.0/24",
        "told        BGPPeer home/rack (192.0.2.254) by b",
    ]
    assert text("198.51.100.8")[0] == "route       198.51.100.0/24"
    assert text("203.0.113.1") == []
    assert text("2001:db8:99::5")[0] == "route       2001:db8:99::/64"


def test_what_keeps_a_session_down_is_told():
    down = Spoken("a", {RACK.address: Session("down", "peer reset")})
    assert "from here: down (peer reset)" in text("198.51.100.7", down)[1]
    nothing = Spoken("a")
    assert "from here: none (this node has no session with it)" in text("198.51.100.7", nothing)[1]


def test_nobody_is_told_and_why():
    left = LeftOut("c", Origin(SERVICE, ""), "no endpoint")
    idle = BgpRoute(bgp_route_key("198.51.100.7/32"), "198.51.100.7/32", (SERVICE,), (), (left,),
                    Origin(SERVICE, ""))  # fmt: skip
    assert text("198.51.100.7", plan=plan_of(RACK, idle)) == [
        "route       198.51.100.7/32",
        "told        to nobody",
        "passed over c: no endpoint  <- Service shop/web",
    ]


def test_as_values():
    (host, _) = routes_told(PLAN, "198.51.100.7", HERE)
    found = told_document(host)
    assert found["routers"] == [
        {"peer": "BGPPeer home/rack", "address": "192.0.2.254", "nodes": ["a", "b"],
         "fromHere": "up"},
        {"peer": "BGPPeer home/spine", "address": "192.0.2.253", "nodes": ["b"],
         "fromHere": None},
    ]  # fmt: skip


def test_status_has_the_sessions_of_this_node_and_no_password():
    found = speaking_status(PLAN, HERE)
    assert [each["peer"] for each in found["sessions"]] == ["BGPPeer home/rack"]
    assert found["sessions"][0]["bfd"] == {"state": "up", "trouble": ""}
    assert len(found["routes"]) == 3
    assert "s3cret" not in str(found)
    assert speaking_status(PLAN, None) == {}


def test_metrics_have_metallbs_names_and_forget_who_is_gone():
    class Once:
        def __init__(self, metrics):
            self.metrics = metrics

        def collect(self):
            return self.metrics

    def exposed(plan):
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Once(list(speaking_metrics(plan, HERE))))
        return generate_latest(registry).decode()

    shown = exposed(PLAN)
    for name, value in (
        ("metallb_bgp_session_up", 1), ("metallb_bgp_announced_prefixes_total", 2),
        ("metallb_bgp_updates_total", 5), ("metallb_bfd_session_up", 1),
        ("metallb_bfd_control_packet_input", 7), ("metallb_bfd_session_up_events", 1),
    ):  # fmt: skip
        assert f'{name}{{peer="192.0.2.254"}} {float(value)}' in shown, name
    assert "192.0.2.254" not in exposed(plan_of(SPINE))


def test_what_is_announced_is_so_while_a_session_is_up():
    assert set(announced_by_bgp(PLAN, HERE)) == {
        ("shop/web", "198.51.100.7"), ("shop/web", "2001:db8:99::/64"),
    }  # fmt: skip
    assert not set(announced_by_bgp(PLAN, Spoken("a", {RACK.address: Session("held")})))
    assert not set(announced_by_bgp(PLAN, None))


def test_only_a_whole_address_is_named_without_its_length():
    """32 bits are a whole address of one family only."""
    hosts = route("198.51.100.7/32", RACK), route("2001:db8::7/128", RACK)
    wide = route("2001:db8::/32", RACK)
    assert {address for _, address in announced_by_bgp(plan_of(RACK, *hosts, wide), HERE)} == {
        "198.51.100.7", "2001:db8::7", "2001:db8::/32",
    }  # fmt: skip
