"""The units that come from the settings alone."""

from collections.abc import Iterator

from portico.plan.key import Key
from portico.plan.listener import HTTP, HTTPS, Listener
from portico.settings import Room, Settings


def listeners(settings: Settings) -> Iterator[tuple[Key, Listener]]:
    """One per port that is switched on; none without the HTTP room."""
    if Room.HTTP not in settings.rooms:
        return
    for key, port, tls in ((HTTP, settings.http_port, False), (HTTPS, settings.https_port, True)):
        if port:
            yield key, Listener(key, settings.bind, port, tls, settings.redirect_port)
