"""What this machine found out about itself -> a claim on the one unit that says how it is used."""

from compiler.l4 import MACHINE
from compiler.world import lowered
from portico.compiler.wants_l4 import MachineWant
from portico.plan.machine import THIS


def test_this_machine_claims_itself() -> None:
    (claim,) = lowered(MACHINE)
    assert claim.key == THIS
    assert claim.want == MachineWant(MACHINE.addresses, MACHINE.primary, MACHINE.primary)
