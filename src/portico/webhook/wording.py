"""What is said to whoever applies an object: one line each, and no more than an API server takes.

It cuts a warning after 256 characters, and drops those that are more than 4096 together.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from portico.lib.shorten import shown
from portico.plan.verdict import Refusal

LONGEST: Final = 250
MOST: Final = 12
"""Warnings, or lines of a message."""


def told(refusal: Refusal) -> str:
    """Of the object that is judged."""
    return line(refusal.origin.field, refusal.reason, refusal.hint)


def told_of_another(refusal: Refusal) -> str:
    """Of an object that somebody else may have applied."""
    what = f"{refusal.origin.ref} {refusal.origin.field}".strip()
    return f"would break {line(what, refusal.reason, refusal.hint)}"


def line(field: str, reason: str, hint: str) -> str:
    """The hint comes last, as it can best be done without."""
    text = f"{field}: {reason} ({hint})" if field else f"{reason} ({hint})"
    return text if text.isprintable() else shown(text, len(text))


def warnings(lines: Iterable[str]) -> tuple[str, ...]:
    """Each once."""
    each = list(dict.fromkeys(map(_cut, lines)))
    return tuple(_bounded(each, "warnings"))


def message(lines: Sequence[str]) -> str:
    return "; ".join(_bounded(lines, "reasons"))


def _bounded(lines: Sequence[str], what: str) -> list[str]:
    if len(lines) <= MOST:
        return list(lines)
    return [*lines[:MOST], f"and {len(lines) - MOST} more {what}: `portico check` tells all"]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
