"""Which Service port an Ingress means, as far as its own text tells."""

import re
from typing import Final, NamedTuple

from portico.model.networking import IngressBackend, ServiceBackend
from portico.plan.verdict import Because

_LABEL: Final = re.compile("[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


class Flaw(NamedTuple):
    """Why a backend cannot be asked for; the field is relative to the backend."""

    field: str
    because: Because
    detail: str = ""


def service_port(backend: IngressBackend) -> ServiceBackend | Flaw:
    """A Service and one port, by number or by name, that can be joined to an unambiguous key.

    Port names need a letter (API: IANA_SVC_NAME), so that no name looks like a number.
    """
    if backend.resource is not None:
        return Flaw(".resource", Because.RESOURCE_UNSUPPORTED, repr(backend.resource.kind))
    service = backend.service
    if service is None or not service.name or not str(service.port):
        return Flaw("", Because.BACKEND_MISSING)
    if not _LABEL.fullmatch(service.name):
        return Flaw(".service.name", Because.SERVICE_INVALID, repr(service.name))
    name = service.port.name
    if name and service.port.number is not None:
        return Flaw(".service.port", Because.PORT_AMBIGUOUS, repr(name))
    if name and (not _LABEL.fullmatch(name) or name.replace("-", "").isdigit()):
        return Flaw(".service.port.name", Because.PORT_INVALID, repr(name))
    return service
