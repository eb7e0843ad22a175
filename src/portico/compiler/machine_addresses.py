"""What the addresses of this machine are used for."""

from collections.abc import Iterable
from ipaddress import ip_address

from portico.model.local import Machine
from portico.settings import Settings, Via


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
