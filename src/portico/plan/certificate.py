"""A certificate that clients are shown, with its key."""

from dataclasses import dataclass

from portico.model.key_pair import KeyPair
from portico.model.ref import Ref
from portico.plan.key import CERTIFICATE, Key
from portico.plan.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Certificate:
    """Without a key pair it stands for a Secret that is not there (yet)."""

    key: Key
    secret: Ref
    key_pair: KeyPair | None
    refused: tuple[Refusal, ...] = ()


def certificate_key(secret: Ref) -> Key:
    """One certificate per Secret, however many hosts show it."""
    return Key(CERTIFICATE, f"{secret.namespace}/{secret.name}")
