"""Which nodes some selectors choose, and why not the others."""

from typing import NamedTuple

from portico.compiler.look import Look
from portico.model.core import NODES, Node
from portico.model.ref import Ref
from portico.model.selector import Selectors, selected
from portico.plan.backend import LeftOut
from portico.plan.bgp import Nodes
from portico.plan.key import Origin


class Chosen(NamedTuple):
    """Nodes, in the order of their names, and those that were passed over."""

    nodes: Nodes
    passed_over: tuple[LeftOut, ...] = ()


def chosen_nodes(look: Look, selectors: Selectors, by: str) -> Chosen:
    """No selector at all chooses every node, as an empty one does. `by` says whose they are."""
    nodes = look.shared(_labels_by_node)
    if not nodes:
        return Chosen(Nodes(is_open=not selectors or selected(selectors, {})))
    names, passed_over = [], []
    for name, (ref, labels) in nodes.items():
        if not selectors or selected(selectors, labels):
            names.append(name)
        else:
            reason = f"its labels are not those that {by} asks for"
            passed_over.append(LeftOut(name, Origin(ref, "metadata.labels"), reason))
    return Chosen(Nodes(tuple(names)), tuple(passed_over))


def labels_of(look: Look, node: str) -> dict[str, str]:
    """Of one node; none, where there is no such object."""
    found = look.shared(_labels_by_node).get(node)
    return found[1] if found else {}


def _labels_by_node(look: Look) -> dict[str, tuple[Ref, dict[str, str]]]:
    every = sorted(look.group(Node, NODES), key=lambda node: node.metadata.name)
    return {node.metadata.name: (node.ref, node.metadata.labels) for node in every}
