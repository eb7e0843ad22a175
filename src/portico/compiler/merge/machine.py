"""The claim of this machine on itself -> Machine."""

from collections.abc import Sequence

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.wants_l4 import MachineWant
from portico.plan.key import Key
from portico.plan.machine import Machine


def merge_machine(key: Key, claims: Sequence[Claim], look: Look) -> Machine:
    """The networks of pods are inside: they come from the settings."""
    want = claims[0].want
    assert isinstance(want, MachineWant)
    return Machine(
        key,
        want.addresses,
        want.node_port_addresses,
        want.load_balancer_addresses,
        look.settings.cluster_cidrs,
    )
