"""The units that come from the settings alone."""

from collections.abc import Iterator

from portico.plan.key import Key
from portico.plan.listener import HTTP, HTTPS, Listener
from portico.settings import Settings


def listeners(settings: Settings) -> Iterator[tuple[Key, Listener]]:
    """One per port that is switched on."""
    http, https = settings.http_port, settings.https_port
    if http:
        yield HTTP, Listener(HTTP, settings.bind, http, tls=False, public_port=http)
    if https:
        public = settings.redirect_port
        yield HTTPS, Listener(HTTPS, settings.bind, https, tls=True, public_port=public)
