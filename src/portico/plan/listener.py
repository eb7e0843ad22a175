"""Where clients connect."""

from dataclasses import dataclass
from typing import Final

from portico.plan.key import LISTENER, Key
from portico.plan.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Listener:
    """One port on every address named; it comes from the settings, not from an object."""

    key: Key
    addresses: tuple[str, ...]
    port: int
    tls: bool
    redirect_port: int
    """The port that redirects to https name: where clients reach https from outside."""

    refused: tuple[Refusal, ...] = ()


HTTP: Final = Key(LISTENER, "http")
HTTPS: Final = Key(LISTENER, "https")
