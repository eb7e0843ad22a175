"""This machine."""

from portico.plan.machine import THIS, Machine


def test_of_an_unknown_machine_nothing_is_used() -> None:
    assert str(THIS) == "machine this"
    nothing = Machine(THIS)
    assert nothing.addresses == nothing.node_port_addresses == nothing.pods == ()
