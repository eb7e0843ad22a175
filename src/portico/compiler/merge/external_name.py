"""The endpoints of an ExternalName Service: what the DNS said of its name."""

import ipaddress

from portico.compiler.look import Look
from portico.model.core import Resolution
from portico.model.ref import Ref
from portico.plan.backend import Endpoint
from portico.plan.key import Origin

LONGEST = 253
"""Characters of a DNS name."""


def resolved(service: Ref, name: str, port: int, look: Look) -> tuple[Endpoint, ...] | None:
    """None if the name cannot be used; no endpoint as long as the DNS has not answered."""
    if not _is_usable(name):
        return None
    answer = look.get(Resolution, "", name)
    origin = Origin(service, "spec.externalName")
    return tuple(Endpoint(address, port, origin) for address in (answer.addresses if answer else ()))


def _is_usable(name: str) -> bool:
    if not name or len(name) > LONGEST or name == "localhost" or name.endswith(".localhost"):
        return False
    labels = name.split(".")
    if not all(label and len(label) <= 63 and _is_label(label) for label in labels):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return True
    return False


def _is_label(label: str) -> bool:
    return label.replace("-", "").replace("_", "").isascii() and (
        label.replace("-", "").replace("_", "").isalnum()
    )
