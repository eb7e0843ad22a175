"""What every engine can do, and how it tells how that went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from portico.plan.plan import Diff, Plan

Figures = Mapping[str, int | float | str]


@dataclass(frozen=True, slots=True)
class Report:
    """How an engine's last attempt went. `detail` says what is wrong and what to do about it."""

    engine: str
    in_sync: bool
    detail: str = ""
    figures: Figures = field(default_factory=dict)
    able: bool = True
    """False: this machine does not let the engine work. The others are ready without it."""


class Engine(Protocol):
    """Makes one part of the node match the plan."""

    name: str

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        """Make the plan true. The hint says what differs from the last plan; None: unknown.

        Never raises for the world's trouble: that is a report, and will be tried again.
        """
        ...

    async def inspect(self) -> Figures:
        """What the node says now; empty where it does not answer."""
        ...

    async def close(self, *, keep: bool) -> None:
        """Let go of the node; with `keep`, traffic goes on."""
        ...
