"""What is read of Deployments and their like: which pods are theirs."""

from msgspec import Struct

from portico.forward.metadata import Metadata


class Requirement(Struct, frozen=True):
    """One of matchExpressions."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class LabelSelector(Struct, frozen=True, rename="camel"):
    """Of a workload."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()


class WorkloadSpec(Struct, frozen=True):
    """Its selector is a plain mapping for a ReplicationController."""

    selector: LabelSelector | None = None


class Workload(Struct, frozen=True):
    """A Deployment, or one of its like."""

    metadata: Metadata
    spec: WorkloadSpec = WorkloadSpec()


class PlainSpec(Struct, frozen=True):
    """Of a ReplicationController."""

    selector: dict[str, str] = {}


class PlainWorkload(Struct, frozen=True):
    """A ReplicationController."""

    metadata: Metadata
    spec: PlainSpec = PlainSpec()


def selector_text(selector: LabelSelector | None) -> str:
    """As the API takes it in a query."""
    if selector is None:
        return ""
    parts = [labels_text(selector.match_labels)] if selector.match_labels else []
    parts += map(_requirement, selector.match_expressions)
    return ",".join(parts)


def labels_text(labels: dict[str, str]) -> str:
    """Sorted, so that the same selector is the same text."""
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))


def _requirement(one: Requirement) -> str:
    match one.operator:
        case "Exists":
            return one.key
        case "DoesNotExist":
            return f"!{one.key}"
        case _:
            word = "in" if one.operator == "In" else "notin"
            return f"{one.key} {word} ({','.join(one.values)})"
