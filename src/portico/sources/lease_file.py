"""The node port leases on disk: who has which port, those gone longest first."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from portico.ipam.node_ports import Leases, Slot, Tenant
from portico.model.core import Service
from portico.model.fact import Label, Name, PortNumber
from portico.model.fault import Fault, Place
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.transport import Transport
from portico.sources.record import Words, read_record, write_record


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


WORDS: Final = Words(
    "the node port leases",
    "Services get other ports",
    "the ports are served, but others may be chosen after a restart",
)


def read_leases(path: Path) -> Read:
    """The leases in a file; a file that says nothing is put aside, for whoever wants to mend it."""
    document, faults = read_record(path, _Document, WORDS)
    entries = document.leases if document else ()
    return Read({_tenant(entry): entry.node_port for entry in entries}, faults)


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
    return write_record(path, document, WORDS)


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


def _tenant(entry: _Entry) -> Tenant:
    return Tenant(Ref(Service.KIND, entry.namespace, entry.service), entry.port, entry.transport)


def _entry(tenant: Tenant, node_port: int) -> _Entry:
    service = tenant.service
    return _Entry(service.namespace, service.name, tenant.port, tenant.transport, node_port)
