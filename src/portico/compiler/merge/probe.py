"""The claim of a node on one of its probes -> Probe."""

from collections.abc import Sequence

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_probe
from portico.compiler.wants_l4 import ProbeWant
from portico.plan.key import Key
from portico.plan.probe import Probe


def merge_probe(key: Key, claims: Sequence[Claim], _look: Look) -> Probe:
    """A node alone claims its probes, so there is nothing to settle."""
    want = claims[0].want
    assert isinstance(want, ProbeWant)
    node = blank_probe(claims[0]).node
    return Probe(key, node, want.address, *want.check, want.connect_ports)
