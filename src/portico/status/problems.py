"""Everything that is wrong, from what was read and from what was compiled, in one form."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.plan.plan import Plan
from portico.plan.verdict import Refusal

Locate = Callable[[Place, str], int]
"""The line of a field in a document; 0 where it cannot be told."""

PlaceOf = Callable[[Ref], Place | None]


NOWHERE: Final = Place("")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` counts from 1; 0 where it is not known."""

    severity: Severity
    because: str
    file: str
    line: int
    owner: str
    field: str
    reason: str
    hint: str

    def text(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file else ""
        what = " ".join(part for part in (self.owner, self.field) if part)
        return f"{where}{self.severity}: {what}: {self.reason} ({self.hint})"

    def document(self) -> dict[str, object]:
        fields = asdict(self)
        return {
            "severity": self.severity.value,
            "because": fields.pop("because"),
            "object": fields.pop("owner"),
            **{name: fields[name] for name in ("field", "file", "line", "reason", "hint")},
        }


def problems(
    plan: Plan, faults: Iterable[Fault], place_of: PlaceOf, locate: Locate
) -> list[Problem]:
    """All problems, by file and line."""
    found = [*_of_faults(faults, locate), *_of_refusals(plan, place_of, locate)]
    return sorted(found, key=lambda p: (p.file, p.line, p.owner, p.field, p.because))


def refusals(plan: Plan) -> Iterator[Refusal]:
    """Every refused claim of the plan, each once."""
    seen: set[Refusal] = set()
    for unit in plan.values():
        for refusal in unit.refused:
            if refusal not in seen:
                seen.add(refusal)
                yield refusal


def _of_faults(faults: Iterable[Fault], locate: Locate) -> Iterator[Problem]:
    for fault in faults:
        yield Problem(
            severity=fault.severity,
            because="Unreadable" if fault.severity is Severity.ERROR else "Unused",
            file=fault.place.file,
            line=fault.line or locate(fault.place, fault.field),
            owner=str(fault.ref) if fault.ref else "",
            field=fault.field,
            reason=fault.reason,
            hint=fault.hint,
        )


def _of_refusals(plan: Plan, place_of: PlaceOf, locate: Locate) -> Iterator[Problem]:
    found = [(place_of(refusal.origin.ref), refusal) for refusal in refusals(plan)]
    # File by file, so that whoever locates has to read each only once.
    for place, refusal in sorted(found, key=lambda pair: pair[0] or NOWHERE):
        yield Problem(
            severity=refusal.because.severity,
            because=refusal.because.value.code,
            file=place.file if place else "",
            line=locate(place, refusal.origin.field) if place else 0,
            owner=str(refusal.origin.ref),
            field=refusal.origin.field,
            reason=refusal.reason,
            hint=refusal.hint,
        )
