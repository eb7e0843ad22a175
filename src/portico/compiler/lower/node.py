"""Node -> nothing but the news that it cannot be reached: Services claim the probes of nodes."""

from collections.abc import Iterator

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.compiler.nodes import node_address, node_flaw
from portico.model.core import Node
from portico.plan.verdict import Because


def lower_node(fact: Node, _look: Look) -> Iterator[Claim]:
    """A node that gets no traffic anyway needs no address."""
    petition = Petition(fact)
    if not node_flaw(fact) and node_address(fact) is None:
        petition.refuse("status.addresses", Because.NODE_WITHOUT_ADDRESS, fact.metadata.name)
    yield from petition.claims_if_any()
