"""The node port leases on disk: who has which port, those gone longest first."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from portico.ipam.node_ports import Leases, Slot, Tenant
from portico.lib.atomic_file import write_atomic
from portico.model.core import Service
from portico.model.fact import Label, Name, PortNumber
from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.transport import Transport


class _Entry(Struct, frozen=True, gc=False, rename="camel"):
    namespace: Annotated[Label, Meta(min_length=1)]
    service: Name
    port: PortNumber
    transport: Transport
    node_port: PortNumber


class _Document(Struct, frozen=True, gc=False):
    version: Annotated[int, Meta(ge=1, le=1)] = 1
    leases: list[_Entry] = field(default_factory=list)


class Read(NamedTuple):
    """What the file says; the faults say what is wrong with it."""

    leases: Leases
    faults: tuple[Fault, ...] = ()


ASIDE: Final = ".broken"
"""What the name of a file that cannot be read gets at its end."""


def read_leases(path: Path) -> Read:
    """The leases in a file; a file that says nothing is put aside, for whoever wants to mend it."""
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
    except FileNotFoundError:
        return Read({})
    except OSError as error:
        return Read({}, (_fault(path, f"cannot be read: {error.strerror}", "see --state-dir"),))
    except msgspec.DecodeError as error:  # a ValidationError is one, too
        return Read({}, (_put_aside(path, str(error)),))
    except UnicodeDecodeError:
        return Read({}, (_put_aside(path, "it is not UTF-8"),))
    return Read({_tenant(entry): entry.node_port for entry in document.leases})


def leased_slots(path: Path) -> frozenset[Slot]:
    """The slots that are leased; none where the file does not say so."""
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
    except (OSError, ValueError):
        return frozenset()
    return frozenset(Slot(entry.transport, entry.node_port) for entry in document.leases)


def write_leases(path: Path, leases: Leases) -> tuple[Fault, ...]:
    """Replace the file; the faults say why that was not possible."""
    document = _Document(leases=[_entry(*lease) for lease in leases.items()])
    text = msgspec.json.format(msgspec.json.encode(document), indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        write_atomic(path, text + b"\n")
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        hint = "the ports are served, but others may be chosen after a restart; see --state-dir"
        return (_fault(path, reason, hint),)
    return ()


def none_left(origins: Iterable[Origin]) -> tuple[Fault, ...]:
    """What those are told who got no port."""
    return tuple(
        Fault(
            place=Place(""),  # where the Service is written, only the store knows
            ref=origin.ref,
            field=origin.field,
            reason="every node port is taken",
            hint="widen --node-port-range, or remove a Service that needs no node port",
        )
        for origin in origins
    )


def _put_aside(path: Path, why: str) -> Fault:
    aside = path.with_name(path.name + ASIDE)
    try:
        path.replace(aside)
    except OSError as error:
        return _fault(path, f"holds no leases ({why}): {error.strerror}", "remove it")
    hint = f"kept as {aside.name}; Services get other ports unless you mend it and restart"
    return _fault(path, f"held no leases ({why})", hint)


def _fault(path: Path, reason: str, hint: str) -> Fault:
    return Fault(
        Place(str(path)), None, "", f"the node port leases: {reason}", hint, Severity.WARNING
    )


def _tenant(entry: _Entry) -> Tenant:
    return Tenant(Ref(Service.KIND, entry.namespace, entry.service), entry.port, entry.transport)


def _entry(tenant: Tenant, node_port: int) -> _Entry:
    service = tenant.service
    return _Entry(service.namespace, service.name, tenant.port, tenant.transport, node_port)
