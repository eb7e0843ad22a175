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
    public_port: int
    """Where clients reach this listener from outside; redirects name it."""

    refused: tuple[Refusal, ...] = ()


HTTP: Final = Key(LISTENER, "http")
HTTPS: Final = Key(LISTENER, "https")
