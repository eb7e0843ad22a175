"""Layer 4 at a glance."""

from dataclasses import replace

from explain.l4_plans import ALL, LOST, NODE, OTHER, SIX, node_port, pool, to
from portico.daemon.layer4 import checks_of, empty_pools_of, layer4_document
from portico.model.fact import Metadata
from portico.model.local import Failed, Health
from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.key import Origin
from portico.plan.pool import Scope, Void
from portico.plan.probe import Probe, probe_key
from support.plans import backend, plan_of


def probe(node, port=10256):
    return Probe(probe_key(node, port), Ref("Node", "", node), "10.0.0.1", port, "/healthz")


def health(name, reason="", *failed):
    return Health(
        metadata=Metadata(name=name), healthy=not reason, reason=reason, failed_ports=failed
    )


def document(units, *facts):
    known = {fact.ref: fact for fact in facts}
    return layer4_document(plan_of(*units), known.get)


def test_checks_say_what_was_found_out_last():
    told = document(
        [probe("node-c"), probe("node-b"), probe("node-a")],
        health("node-a/10256", "", Failed(32111, "connection refused")),
        health("node-b/10256", "2 failed checks: timed out"),
    )["checks"]
    assert [(check["name"], check["healthy"], check["reason"]) for check in told] == [
        ("node-a/10256", True, ""),
        ("node-b/10256", False, "2 failed checks: timed out"),
        ("node-c/10256", True, ""),
    ]
    assert told[0]["failedPorts"] == {"32111": "connection refused"}


def test_who_never_failed_counts_as_healthy():
    [unasked] = checks_of(plan_of(probe("node-a")), {}.get)
    assert unasked.is_healthy
    found = health("node-a/10256", "gone")
    [asked] = checks_of(plan_of(probe("node-a")), {found.ref: found}.get)
    assert not asked.is_healthy


def test_a_node_that_many_pools_leave_out_is_told_once():
    left = (LeftOut("node-b", OTHER, "the node is being deleted"),)
    pools = [pool(scope, left_out=left) for scope in (Scope.NODES, Scope.LOCAL_NODES)]
    endpoints = replace(ALL, left_out=(LeftOut("10.2.0.12:8080", OTHER, "not ready"),))
    told = document([*pools, endpoints])
    assert told["nodesLeftOut"] == [{"node": "node-b", "reason": "the node is being deleted"}]


def test_a_node_that_no_http_request_is_sent_to_is_told_too():
    left = (LeftOut("node-b", OTHER, "timed out"),)
    told = document([replace(backend("cart"), left_out=left)])
    assert told["nodesLeftOut"] == [{"node": "node-b", "reason": "timed out"}]


def test_that_nodes_lack_a_family_is_told_where_a_service_asks_for_it():
    lacking = LeftOut("node-b", Origin(NODE.ref, ""), "the node has no IPv6 address")
    ill = LeftOut("node-c", NODE, "timed out")
    asked = pool(Scope.NODES, family="::", left_out=(lacking, ill))
    told = [each["node"] for each in document([asked])["nodesLeftOut"]]
    assert told == ["node-b", "node-c"]
    assumed = replace(asked, is_assumed=True)
    assert [each["node"] for each in document([assumed])["nodesLeftOut"]] == ["node-c"]


def test_pools_that_nobody_is_in():
    nobody = pool(Scope.CLUSTER, refused=(LOST,))
    nobody_here = pool(Scope.LOCAL, void=Void.DROP, refused=(LOST,))
    nobody_asked = pool(Scope.CLUSTER, family="::", is_assumed=True)
    plan = plan_of(nobody_here, nobody, nobody_asked)
    assert empty_pools_of(plan) == [nobody, nobody_here]
    assert document([nobody, nobody_here, SIX])["emptyPools"] == [
        {"name": nobody.key.name, "connectionsAre": "rejected"},
        {"name": nobody_here.key.name, "connectionsAre": "dropped"},
    ]


def test_node_ports_that_were_chosen():
    chosen = node_port(30100, to(ALL), leased=True)
    told = document([chosen, node_port(30080, to(ALL)), ALL])["leasedNodePorts"]
    assert told == [
        {"nodePort": 30100, "transport": "tcp", "service": "Service shop/web", "servicePort": 80}
    ]
