"""How much anybody may ask of the webhook."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are in bytes, times in seconds."""

    body: int = 4 * 1024 * 1024
    """An update brings two objects, and etcd takes none above 1.5 MiB."""

    questions: int = 64
    """At a time; others are sent away."""

    connections: int = 256
    patience: float = 5.0
    """From the first byte of a question to its answer. API servers wait ten unless told."""

    margin: float = 0.5
    """So much earlier than the API server gives up."""

    silence: float = 10.0
    """For a handshake, and then for a first question."""
