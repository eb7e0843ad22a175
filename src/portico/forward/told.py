"""What a forward tells of itself, for lines, JSON and tables alike."""

from typing import Any

from msgspec import Struct, to_builtins


class Listening(Struct, frozen=True, rename="camel", tag="listening", tag_field="event"):
    """Connections are taken here from now on."""

    target: str
    address: str
    """As 127.0.0.1:8888, [::1]:8888, unix:/run/db."""
    local_port: int
    remote_port: int


class Connected(Struct, frozen=True, rename="camel", tag="connection", tag_field="event"):
    """A connection has gone to a pod."""

    target: str
    id: int
    local_port: int
    address: str
    pod: str
    remote_port: int


class Handling(Struct, frozen=True, rename="camel", tag="accepted", tag_field="event"):
    """A connection has come."""

    target: str
    id: int
    local_port: int
    address: str


class Ended(Struct, frozen=True, rename="camel", tag="ended", tag_field="event"):
    """A connection has ended; with the reason, if not by itself. Bytes as seen from here."""

    target: str
    id: int
    local_port: int
    remote_port: int = 0
    sent: int = 0
    received: int = 0
    error: str = ""


class Waiting(Struct, frozen=True, rename="camel", tag="waiting", tag_field="event"):
    """New connections wait, and why."""

    target: str
    reason: str


class PodChanged(Struct, frozen=True, rename="camel", tag="podChanged", tag_field="event"):
    """New connections go to these pods from now on."""

    target: str
    pods: tuple[str, ...]
    before: tuple[str, ...] = ()


class Trouble(Struct, frozen=True, rename="camel", tag="error", tag_field="event"):
    """Something is wrong that somebody should know of; the forward goes on."""

    target: str
    reason: str
    hint: str = ""


class Proxying(Struct, frozen=True, rename="camel", tag="socks", tag_field="event"):
    """Clients that speak SOCKS5 are taken here from now on."""

    address: str
    local_port: int


Told = Proxying | Listening | Handling | Connected | Ended | Waiting | PodChanged | Trouble


def document(told: Told) -> dict[str, Any]:
    """As one JSON object."""
    found: dict[str, Any] = to_builtins(told)
    return found
