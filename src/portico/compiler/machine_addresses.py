"""The addresses of this machine, and what they are used for."""

from collections.abc import Iterable
from ipaddress import ip_address

from portico.compiler.look import Look
from portico.model.local import THIS_MACHINE, Machine
from portico.settings import Settings, Via


def machine_of(look: Look) -> Machine | None:
    """What is known of this machine."""
    return look.get(Machine, THIS_MACHINE.namespace, THIS_MACHINE.name)


def node_port_addresses(machine: Machine, settings: Settings) -> tuple[str, ...]:
    """Where node ports answer; nowhere, if this machine is only in front of the nodes."""
    if settings.via is Via.NODE_PORT:
        return ()
    if not settings.node_port_addresses:
        return machine.primary
    return tuple(
        address
        for address in machine.addresses
        if any(ip_address(address) in network for network in settings.node_port_addresses)
    )


def load_balancer_addresses(primary: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """For Services of type LoadBalancer to which nobody has given an address."""
    return settings.load_balancer_addresses or tuple(primary)
