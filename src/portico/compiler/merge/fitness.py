"""Which nodes may announce an address of a Service, by ARP, NDP or BGP, and why not the others.

As MetalLB decides it, and more carefully where that costs nobody anything: a node with the
out-of-service taint, or one that is being deleted, is not sent new clients. That a node is cordoned
or not ready does not matter: what runs there goes on, and its heartbeats tell whether it lives.
"""

from typing import Final, NamedTuple

from portico.compiler.look import Look
from portico.compiler.merge.candidates import Wanted, candidates_of
from portico.compiler.nodes import node_flaw
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.core import NODES, Node
from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.key import Origin
from portico.settings import Via

OUT_OF_SERVICE: Final = "node.kubernetes.io/out-of-service"
"""The taint of a node whose pods are moved away without its help."""


class FitNode(NamedTuple):
    """A node that may announce, and its labels, which advertisements select by."""

    name: str
    labels: dict[str, str]
    ref: Ref


class Fitness(NamedTuple):
    """`is_open`: no Node objects say which nodes there are, so every one may that is alive.

    `idle` says why nobody may, whatever node it is; empty where some may.
    """

    fit: tuple[FitNode, ...]
    passed_over: tuple[LeftOut, ...] = ()
    is_open: bool = False
    idle: str = ""


def fitness(want: AnnouncedWant, look: Look) -> Fitness:
    """Nodes are in the order of their names."""
    if look.settings.via is Via.NODE_PORT:
        # Nodes are behind us. Those that announce are machines as this one.
        return Fitness((), is_open=True)
    nodes = look.shared(_nodes)
    serving = _serving(want, look)
    if not serving:
        return Fitness((), idle=f"{want.service} has no endpoint that is ready")
    if not want.is_local:
        return Fitness(nodes.fit, nodes.passed_over, is_open=not nodes.any)
    if not nodes.any:
        return _named_by_endpoints(serving, want)
    here = tuple(node for node in nodes.fit if node.name in serving)
    elsewhere = tuple(
        LeftOut(node.name, Origin(node.ref, ""), f"no ready endpoint of {want.service} is on it")
        for node in nodes.fit
        if node.name not in serving
    )
    return Fitness(here, (*nodes.passed_over, *elsewhere))


class _Nodes(NamedTuple):
    fit: tuple[FitNode, ...]
    passed_over: tuple[LeftOut, ...]
    any: bool


def _nodes(look: Look) -> _Nodes:
    """What holds for all Services alike, worked out once for all of them."""
    fit, passed_over = [], []
    nodes = sorted(look.group(Node, NODES), key=lambda node: node.metadata.name)
    for node in nodes:
        name = node.metadata.name
        if reason := announcing_flaw(node):
            passed_over.append(LeftOut(name, Origin(node.ref, ""), reason))
        else:
            fit.append(FitNode(name, node.metadata.labels, node.ref))
    return _Nodes(tuple(fit), tuple(passed_over), bool(nodes))


def announcing_flaw(node: Node) -> str:
    """Why a node announces nothing; empty if it may."""
    if reason := node_flaw(node):
        return reason
    if any(taint.key == OUT_OF_SERVICE for taint in node.spec.taints):
        return "the node is out of service by its taint"
    conditions = {condition.type: condition.status for condition in node.status.conditions}
    if conditions.get("NetworkUnavailable") == "True":
        return "the network of the node is unavailable"
    return ""


def _serving(want: AnnouncedWant, look: Look) -> set[str]:
    """The nodes of endpoints that take connections; an empty name where none is told."""
    return {
        candidate.node
        for name, transport in want.ports
        for candidate in candidates_of(
            Wanted(want.service, name, transport, want.publishes_not_ready), look
        ).candidates
        if candidate.is_ready or candidate.is_last_resort
    }


def _named_by_endpoints(serving: set[str], want: AnnouncedWant) -> Fitness:
    named = sorted(serving - {""})
    if not named:
        return Fitness((), idle=f"the endpoints of {want.service} do not name their node")
    return Fitness(tuple(FitNode(name, {}, Ref(Node.KIND, "", name)) for name in named))
