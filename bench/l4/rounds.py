"""Rounds that alternate, and ratios within each round."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final, TypeVar

from bench.figures import spread

Measured = TypeVar("Measured")

DIRECT: Final = "direct"


def alternated(
    names: Sequence[str], work: Callable[[str], Measured], rounds: int
) -> dict[str, list[Measured]]:
    """Everybody in every round, there and back, after one round that does not count."""
    found: dict[str, list[Measured]] = {name: [] for name in names}
    for name in names:
        work(name)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(work(name))
    return found


def ratios(found: Mapping[str, Sequence[float]], name: str, base: str) -> list[float]:
    """Of two figures of one round."""
    return [a / b for a, b in zip(found[name], found[base], strict=True)]


def ratio_row(found: Mapping[str, Sequence[float]], name: str, base: str) -> str:
    return spread(ratios(found, name, base), 2)


def at_least(what: str, value: float, least: float) -> str:
    """One line that says whether a target is met."""
    met = "met" if value >= least else "**not met**"
    return f"- {what}: {value:.3g}, target at least {least:g}: {met}\n"


def middle_ratio(found: Mapping[str, Sequence[float]], name: str, base: str) -> float:
    return median(ratios(found, name, base))
