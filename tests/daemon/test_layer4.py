"""Layer 4 at a glance."""

from dataclasses import replace

from explain.l4_plans import ALL, OTHER, SIX, node_port, pool, to
from portico.daemon.layer4 import checks_of, empty_pools_of, layer4_document
from portico.model.fact import Metadata
from portico.model.local import Failed, Health
from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.pool import Scope, Void
from portico.plan.probe import Probe, probe_key
from support.plans import plan_of


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


def test_pools_that_nobody_is_in():
    nobody = pool(Scope.CLUSTER)
    nobody_here = pool(Scope.LOCAL, void=Void.DROP)
    plan = plan_of(nobody_here, nobody, SIX)
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
