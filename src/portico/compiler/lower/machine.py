"""What this machine found out about itself -> a claim on the one unit that says how it is used."""

from collections.abc import Iterator

from portico.compiler.claim import Claim, rank_of
from portico.compiler.look import Look
from portico.compiler.machine_addresses import load_balancer_addresses, node_port_addresses
from portico.compiler.wants_l4 import MachineWant
from portico.model.local import Machine
from portico.plan.machine import THIS


def lower_machine(fact: Machine, look: Look) -> Iterator[Claim]:
    """Nobody but the machine itself can tell."""
    want = MachineWant(
        fact.addresses,
        node_port_addresses(fact, look.settings),
        load_balancer_addresses(fact.primary, look.settings),
    )
    yield Claim(THIS, rank_of("", fact.ref), want)
