"""The addresses of Services on disk: who has which of the pools."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct, field

from portico.model.core import Service
from portico.model.fact import Label, Name
from portico.model.fault import Fault
from portico.model.ref import Ref
from portico.sources.record import Words, read_record, write_record

Record = Mapping[Ref, tuple[str, ...]]

WORDS: Final = Words(
    "the leases of addresses",
    "Services may get other addresses",
    "the addresses are served, but others may be chosen after a restart",
)


class _Entry(Struct, frozen=True, gc=False):
    namespace: Annotated[Label, Meta(min_length=1)]
    service: Name
    addresses: Annotated[tuple[str, ...], Meta(min_length=1, max_length=2)]


class _Document(Struct, frozen=True, gc=False):
    version: Annotated[int, Meta(ge=1, le=1)] = 1
    leases: list[_Entry] = field(default_factory=list)


class Read(NamedTuple):
    """What the file says; the faults say what is wrong with it."""

    record: Record
    faults: tuple[Fault, ...] = ()


def read_addresses(path: Path) -> Read:
    """Whether an address is still one of a pool is not looked at here."""
    document, faults = read_record(path, _Document, WORDS)
    entries = document.leases if document else ()
    found = {Ref(Service.KIND, each.namespace, each.service): each.addresses for each in entries}
    return Read(found, faults)


def write_addresses(path: Path, record: Record) -> tuple[Fault, ...]:
    """Replace the file; the faults say why that was not possible."""
    entries = [_Entry(ref.namespace, ref.name, record[ref]) for ref in sorted(record)]
    return write_record(path, _Document(leases=entries), WORDS)
