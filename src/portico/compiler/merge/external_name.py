"""The endpoints of an ExternalName Service: what the DNS said of its name."""

import re
from typing import Final

from portico.compiler.look import Look
from portico.compiler.merge.endpoints import Found, addresses
from portico.model.core import Resolution
from portico.model.ref import Ref
from portico.plan.key import Origin

LONGEST: Final = 253
"""Characters of a DNS name."""

_LABEL: Final = "[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# Resolvers take these for addresses, in one of many spellings (1.2.3.4, 127.1, 0x7f000001).
_ADDRESS: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_THIS_MACHINE: Final = re.compile(r"(?:.*\.)?localhost(?:\.localdomain)?")


def usable_name(text: str) -> str | None:
    """The name as it is asked for; None if it is no name, or one of this machine."""
    name = text.lower().removesuffix(".")
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        return None
    if _ADDRESS.fullmatch(name) or _THIS_MACHINE.fullmatch(name):
        return None
    return name


def resolved(service: Ref, name: str, port: int, look: Look) -> Found | None:
    """None as long as the DNS has not answered."""
    answer = look.get(Resolution, "", name)
    if answer is None:
        return None
    return addresses(answer.addresses, port, Origin(service, "spec.externalName"))
