"""Engines at work, each in its own task: a slow one never delays another."""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from portico.engines.contract import Engine, Figures, Report
from portico.lib.backoff import delays
from portico.plan.plan import Diff, Plan

log = logging.getLogger("portico.engines")

E = TypeVar("E")

TICK: Final = 1.0
"""Seconds between two looks at whether the node still is as it was left."""

AUDIT: Final = 600.0
"""Seconds after which everything is compared again, without believing any hint."""

NO_ORDER: Final[Mapping[str, str]] = MappingProxyType({})

NOTHING: Final = Diff({}, set())


class Engines:
    """Hands every engine the newest plan; hints that were not read yet are merged.

    `after` names engines that begin only when another one has made a whole plan true, by theirs:
    nobody is to be led here who is not served yet. Where that one is missing, nobody waits.
    """

    def __init__(self, engines: Sequence[Engine], after: Mapping[str, str] = NO_ORDER) -> None:
        self._desks = [_Desk(engine) for engine in engines]
        by_name = {desk.engine.name: desk for desk in self._desks}
        for desk in self._desks:
            desk.first = by_name.get(after.get(desk.engine.name, ""))

    def want(self, plan: Plan, hint: Diff) -> None:
        """This is what should be true now."""
        for desk in self._desks:
            desk.want(plan, hint)

    @property
    def is_live(self) -> bool:
        """Whether every engine that can work here has made a whole plan true at least once."""
        return all(desk.has_settled for desk in self._desks)

    @property
    def reports(self) -> list[Report]:
        """How each engine's last attempt went."""
        return [desk.report for desk in self._desks]

    def is_in_sync(self, name: str) -> bool:
        """Whether an engine's last attempt worked."""
        return any(report.in_sync for report in self.reports if report.engine == name)

    def the(self, kind: type[E]) -> E | None:
        """The engine of a kind, where there is one."""
        engines = (desk.engine for desk in self._desks)
        return next((engine for engine in engines if isinstance(engine, kind)), None)

    async def inspect(self) -> dict[str, Figures]:
        """What the node says now, engine by engine."""
        return {desk.engine.name: await desk.engine.inspect() for desk in self._desks}

    async def work(self) -> None:
        """Keep converging, for ever."""
        async with asyncio.TaskGroup() as group:
            for desk in self._desks:
                group.create_task(desk.work(), name=f"engine {desk.engine.name}")

    async def close(self, kept: Collection[str] = ()) -> None:
        """Let go of the node; the traffic of the engines that are named goes on."""
        for desk in self._desks:
            await desk.engine.close(keep=desk.engine.name in kept)


class _Desk:
    """One engine, what it is to do next, and how the last attempt went."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.report = Report(engine.name, in_sync=False, detail="nothing was wanted yet")
        self.first: _Desk | None = None
        self.has_begun = asyncio.Event()
        self._plan: Plan | None = None
        self._hint: Diff | None = None  # None: unknown, compare everything
        self._news = asyncio.Event()

    def want(self, plan: Plan, hint: Diff) -> None:
        self._hint = None if self._hint is None else merged(self._hint, hint)
        self._plan = plan
        self._news.set()

    @property
    def has_settled(self) -> bool:
        """Whether the plan was true once, or has nobody here who could make it true."""
        if self.has_begun.is_set() or not self.report.able:
            return True
        # Who waits for one that cannot work here waits for ever.
        return self.first is not None and not self.first.report.able

    async def work(self) -> None:
        await self._news.wait()
        if self.first is not None:
            name = self.first.engine.name
            self.report = replace(self.report, detail=f"waits until {name} has begun")
            await self.first.has_begun.wait()
        clock = asyncio.get_running_loop().time
        waits, audited = delays(), clock()
        while True:
            assert self._plan is not None
            plan, hint = self._plan, self._hint
            self._news.clear()
            self._hint = NOTHING
            self._take(await self.engine.converge(plan, hint))
            if self.report.in_sync:
                waits, patience = delays(), TICK
            else:
                # Whatever was half done, the next attempt compares everything.
                self._hint, patience = None, next(waits)
            if clock() - audited > AUDIT:
                self._hint, audited = None, clock()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._news.wait()

    def _take(self, report: Report) -> None:
        if report.in_sync != self.report.in_sync or report.detail != self.report.detail:
            level = logging.INFO if report.in_sync else logging.ERROR
            log.log(level, "%s: %s", report.engine, report.detail or "in sync")
        self.report = report
        if report.in_sync:
            self.has_begun.set()


def merged(first: Diff, second: Diff) -> Diff:
    """One hint that says what two said after each other."""
    changed = {key: unit for key, unit in first.changed.items() if key not in second.removed}
    removed = (first.removed | second.removed) - second.changed.keys()
    return Diff(changed | second.changed, removed)
