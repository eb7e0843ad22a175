"""Label selectors, as in meta/v1: which objects are meant, told by their labels."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, field


class Operator(StrEnum):
    """How the value of one label is compared."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class Requirement(Struct, frozen=True, gc=False):
    """One entry of matchExpressions."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def allows(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case Operator.IN:
                return value in self.values
            case Operator.NOT_IN:
                return value not in self.values  # also without the label
            case Operator.EXISTS:
                return value is not None
            case Operator.DOES_NOT_EXIST:
                return value is None


class LabelSelector(Struct, frozen=True, gc=False, rename="camel"):
    """All of it has to fit; an empty one selects everything."""

    match_labels: dict[str, str] = field(default_factory=dict)
    match_expressions: tuple[Requirement, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        return all(labels.get(key) == value for key, value in self.match_labels.items()) and all(
            requirement.allows(labels) for requirement in self.match_expressions
        )


Selectors = tuple[LabelSelector, ...]
"""One of them has to fit. What none at all means, each field says for itself."""


def selected(selectors: Iterable[LabelSelector], labels: Mapping[str, str]) -> bool:
    """Whether any of them selects these labels."""
    return any(selector.selects(labels) for selector in selectors)
