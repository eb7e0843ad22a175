"""Whether a port of this machine is in use already: by another program, or by Portico itself."""

from collections.abc import Iterator, Sequence
from typing import Final

from portico.compiler.look import Look
from portico.model.local import THIS_MACHINE, Listening, Machine, listening_name
from portico.plan.transport import Transport
from portico.settings import Room, Settings

ANY_IPV4: Final = "0.0.0.0"  # noqa: S104  # compared with, not bound
ANY: Final = "::"
"""Sockets of IPv6 take IPv4 as well, unless they say that they do not."""


def machine_of(look: Look) -> Machine | None:
    """What is known of this machine."""
    return look.get(Machine, THIS_MACHINE.namespace, THIS_MACHINE.name)


def occupants(transport: Transport, port: int, look: Look) -> list[tuple[str, Sequence[str]]]:
    """Who has this port, and on which addresses."""
    found = list(_own(transport, port, look.settings))
    listening = look.get(Listening, "", listening_name(transport, port))
    if listening is not None:
        found.append(("another program", listening.addresses))
    return found


def occupies(bound: Sequence[str], address: str) -> bool:
    """Whether sockets bound like this take what is sent to an address of this machine."""
    return ANY in bound or address in bound or (ANY_IPV4 in bound and ":" not in address)


def _own(
    transport: Transport, port: int, settings: Settings
) -> Iterator[tuple[str, Sequence[str]]]:
    if transport is not Transport.TCP:
        return
    if Room.HTTP in settings.rooms and port in (settings.http_port, settings.https_port):
        yield "Portico's own HTTP entry", settings.bind
    if port == settings.admin_port:
        yield "Portico's own admin page", (settings.admin_host,)
