"""ConfigurationState: whether the objects that say how addresses are given and announced are right.

As in MetalLB there is one of whoever gives addresses, and one of each node that announces them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from portico.kube.api.resource import Resource
from portico.model.core import Node
from portico.model.fact import Fact
from portico.model.fault import Fault, Severity
from portico.model.metallb import (
    GROUP,
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
)
from portico.model.ref import Ref
from portico.model.selector import selected
from portico.plan.bgp import BgpPeer, bgp_peer_key
from portico.plan.gathered import Gathered
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.verdict import Because, Outcome, Refusal
from portico.status.tidings import sentence
from portico.status.verdicts import Verdicts

STATES: Final = Resource(GROUP, "v1beta1", "configurationstates", "ConfigurationState")

COMPONENT_LABEL: Final = f"{GROUP}/component-type"
NODE_LABEL: Final = f"{GROUP}/node-name"
LONGEST_LABEL: Final = 63
LONGEST_NAME: Final = 253

VALID: Final = "Valid"
INVALID: Final = "Invalid"
UNKNOWN: Final = "Unknown"

MOST_ERRORS: Final = 5
"""That the summary tells; events and `portico status` have all."""


Get = Callable[[Ref], Fact | None]


def nothing_known(_ref: Ref) -> None:
    """Every object is then every node's."""


@dataclass(frozen=True, slots=True)
class Component:
    """Who is told about which kinds of objects; `node` is empty for whoever gives addresses."""

    kinds: frozenset[str]
    node: str = ""

    @property
    def name(self) -> str:
        return f"speaker-{self.node}"[:LONGEST_NAME] if self.node else "controller"

    @property
    def labels(self) -> Mapping[str, str]:
        if not self.node:
            return {COMPONENT_LABEL: "controller"}
        label = self.node[:LONGEST_LABEL].rstrip("-.")
        return {COMPONENT_LABEL: "speaker", NODE_LABEL: label}


CONTROLLER: Final = Component(frozenset({IPAddressPool.KIND}))

OF_SPEAKERS: Final = frozenset(
    each.KIND for each in (L2Advertisement, BGPAdvertisement, BGPPeer, BFDProfile, Community)
)


def speaker(node: str) -> Component:
    """Of one node."""
    return Component(OF_SPEAKERS, node)


class Configuration:
    """Kept up to date from what changed of the plan alone."""

    def __init__(self) -> None:
        self._verdicts = Verdicts()
        self._objects = Gathered(_object)
        self._is_first = True
        self._plan: Plan = {}

    def follow(self, plan: Plan, hint: Diff) -> None:
        self._plan = plan
        if self._is_first:
            self._is_first = False
            self._objects.follow(Diff(dict(plan), set()))
        else:
            self._objects.follow(hint)
        self._verdicts.follow(plan, hint)

    @property
    def is_there(self) -> bool:
        """Whether there is any such object; if not, its kinds may not even be installed."""
        return bool(self._objects.by_key)

    def errors(self, component: Component, get: Get = nothing_known) -> tuple[str, ...]:
        """What is wrong with the objects that a component is told about. `get` looks up facts."""
        refs = sorted(
            ref
            for ref in self._verdicts.refs()
            if ref.kind in component.kinds and _concerns(ref, component.node, get)
        )
        return tuple(
            f"{ref} {sentence(refusal)}"
            for ref in refs
            for refusal in self._verdicts.refused(ref)
            if refusal.because.severity is Severity.ERROR
            and not self._is_elsewhere(refusal, component.node)
        )

    def _is_elsewhere(self, refusal: Refusal, node: str) -> bool:
        """Two peers may be in each other's way at some nodes only."""
        if refusal.because is not Because.PEER_TAKEN:
            return False
        session = self._plan.get(bgp_peer_key(refusal.origin.ref))
        return isinstance(session, BgpPeer) and node in session.nodes


def unreadable(
    component: Component, faults: Iterable[Fault], get: Get = nothing_known
) -> tuple[str, ...]:
    """What could not even be read of the objects that a component is told about."""
    return tuple(
        f"{fault.ref} {fault.field}: {fault.reason} ({fault.hint})"
        for fault in faults
        if fault.ref is not None
        and fault.severity is Severity.ERROR
        and fault.ref.kind in component.kinds
        and _concerns(fault.ref, component.node, get)
    )


def state_document(component: Component, namespace: str) -> dict[str, object]:
    """The object, without its status."""
    metadata = {"name": component.name, "namespace": namespace, "labels": component.labels}
    return {"apiVersion": STATES.api_version, "kind": STATES.kind, "metadata": metadata}


def state_status(errors: tuple[str, ...] | None, since: str) -> Mapping[str, object]:
    """None: nobody looks any more. `since` is when it became so, in RFC 3339."""
    result = UNKNOWN if errors is None else INVALID if errors else VALID
    summary = "; ".join((errors or ())[:MOST_ERRORS])
    condition = {
        "type": VALID,
        "status": {VALID: "True", INVALID: "False", UNKNOWN: UNKNOWN}[result],
        "reason": {VALID: "AllUsed", INVALID: "Refused", UNKNOWN: "Stopped"}[result],
        "message": summary,
        "lastTransitionTime": since,
    }
    return {"result": result, "errorSummary": summary, "conditions": [condition]}


def _concerns(ref: Ref, node: str, get: Get) -> bool:
    """A peer is the business of the nodes that it selects; a node that is not known is any."""
    peer, fact = get(ref), get(Ref(Node.KIND, "", node))
    if not isinstance(peer, BGPPeer) or not isinstance(fact, Node):
        return True
    selectors = peer.spec.node_selectors
    return not selectors or selected(selectors, fact.metadata.labels)


def _object(unit: Unit) -> Ref | None:
    known = OF_SPEAKERS | CONTROLLER.kinds
    return unit.origin if isinstance(unit, Outcome) and unit.origin.kind in known else None
