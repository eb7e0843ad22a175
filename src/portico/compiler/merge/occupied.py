"""Whether a port of this machine is in use already: by another program, or by Portico itself."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from portico.compiler.look import Look
from portico.compiler.machine_addresses import machine_of
from portico.model.local import Listening, Machine, listening_name
from portico.plan.transport import Family, Transport, family_of
from portico.settings import Room, Settings

ANY: Final = {Family.IPV4: "0.0.0.0", Family.IPV6: "::"}  # noqa: S104  # compared with, not bound


def occupant(
    transport: Transport, port: int, look: Look, at: Callable[[Machine], Collection[str]]
) -> str:
    """Who has this port at one of these addresses of this machine; empty: nobody.

    Of the machine nothing is read while nobody has the port: it would wake thousands of steps.
    """
    for who, bound in _occupants(transport, port, look):
        machine = machine_of(look)
        if machine and any(_takes(bound, address) for address in at(machine)):
            return f"{who} has {transport} port {port}"
    return ""


def _occupants(
    transport: Transport, port: int, look: Look
) -> Iterator[tuple[str, Collection[str]]]:
    if transport is Transport.TCP:
        yield from _own(port, look.settings)
    listening = look.get(Listening, "", listening_name(transport, port))
    if listening is not None:
        found = listening.addresses
        # Sockets of IPv6 take IPv4 as well, unless they say that they do not. Ours do say so.
        is_both = ANY[Family.IPV6] in found
        yield "another program", (*found, *ANY.values()) if is_both else found


def _own(port: int, settings: Settings) -> Iterator[tuple[str, Collection[str]]]:
    if Room.HTTP in settings.rooms and port in (settings.http_port, settings.https_port):
        yield "Portico's own HTTP entry", settings.bind
    if port == settings.admin_port:
        yield "Portico's own admin page", (settings.admin_host,)


def _takes(bound: Collection[str], address: str) -> bool:
    """Whether sockets bound like this take what is sent to an address of this machine."""
    return address in bound or ANY[family_of(address)] in bound
