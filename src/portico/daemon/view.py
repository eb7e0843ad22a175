"""What can be asked of the running program: the answers behind the admin port."""

import asyncio
import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from portico import __version__
from portico.compiler.compiler import Compiler
from portico.daemon.announcing import announcing_status, seen_by, told
from portico.daemon.engines import Engines
from portico.daemon.intake import Intake
from portico.daemon.layer4 import Check, checks_of, empty_pools_of, layer4_document
from portico.daemon.load_balancing import load_balancing_document
from portico.daemon.speaking import said_by, speaking_status, with_routes
from portico.engines.arp import Arp
from portico.engines.bgp import Bgp
from portico.engines.contract import Figures
from portico.explain.question import Question
from portico.lib import clock
from portico.model.fault import Fault, Severity
from portico.plan.announced import Sight
from portico.plan.document import plan_document
from portico.plan.plan import Plan
from portico.plan.spoken import Spoken
from portico.sources.places import line_in_file
from portico.status.certificates import expiries
from portico.status.problems import Locate, Problem, problems
from portico.store import Store

MOST_PROBLEMS: Final = 1000
"""Problems that one status answer lists; the counts are always of all."""


class Told(Protocol):
    """How it goes."""

    def document(self) -> Mapping[str, object]: ...


class Writing(Protocol):
    """Writes to a cluster what its owners are to know."""

    def report(self) -> Told: ...


class View:
    """Reads the parts that run; changes nothing."""

    def __init__(
        self,
        store: Store,
        compiler: Compiler,
        engines: Engines,
        intake: Intake,
        writings: Sequence[Writing] = (),
    ) -> None:
        self._announcer = engines.the(Arp)
        self._speaker = engines.the(Bgp)
        self._store = store
        self._intake = intake
        self._writings = writings
        self._compiler = compiler
        self._engines = engines
        self.is_stopping = False

    @property
    def plan(self) -> Plan:
        return self._compiler.plan

    @property
    def is_ready(self) -> bool:
        """Whether the first whole plan is live, and we are not about to stop."""
        return self._engines.is_live and not self.is_stopping

    def plan_document(self) -> Mapping[str, object]:
        return plan_document(self.plan)

    async def explanation(self, question: Question) -> Mapping[str, object]:
        found = told(self.plan, question, await self.sight())
        return with_routes(found, self.plan, question, await self.spoken())

    async def sight(self) -> Sight | None:
        """Who announces addresses, as this node sees it; None where it announces none."""
        return await seen_by(self._announcer)

    async def spoken(self) -> Spoken | None:
        """How the sessions with routers are; None where there are none."""
        return await said_by(self._speaker)

    async def problems(self) -> list[Problem]:
        """What is wrong now, with files and lines; reads the files it names, in a thread."""
        plan, faults = self.plan, list(self._store.faults())
        return await asyncio.to_thread(self._told, plan, faults, line_in_file)

    def problem_counts(self) -> dict[str, int]:
        """How many problems there are of each severity; no file is read."""
        counts = {severity.value: 0 for severity in Severity}
        for problem in self._told(self.plan, self._store.faults(), lambda *_: 0):
            counts[problem.severity.value] += 1
        return counts

    def _told(self, plan: Plan, faults: Iterable[Fault], locate: Locate) -> list[Problem]:
        place = self._store.place
        found = problems(plan, faults, place, locate)
        return [*found, *expiries(plan, clock.now(), place, locate)]

    async def status(self) -> Mapping[str, object]:
        figures = await self._engines.inspect()
        found = await self.problems()
        return {
            "version": __version__,
            "ready": self.is_ready,
            "facts": self._store.counts(),
            "units": self.unit_counts(),
            "stepsRun": self._compiler.steps_run,
            "engines": [
                {
                    "name": report.engine,
                    "able": report.able,
                    "inSync": report.in_sync,
                    "detail": report.detail,
                    "figures": dict(figures.get(report.engine, report.figures)),
                }
                for report in self._engines.reports
            ],
            "sources": [
                {
                    "name": state.name,
                    "synced": state.synced,
                    "trouble": state.trouble,
                    "since": _moment(state.since),
                }
                for state in self._intake.states
            ],
            "writing": [writing.report().document() for writing in self._writings],
            "loadBalancing": load_balancing_document(self.plan),
            "announcing": announcing_status(self.plan, await self.sight()),
            "speaking": speaking_status(self.plan, await self.spoken()),
            "layer4": layer4_document(self.plan, self._store.get),
            "problemCounts": self.problem_counts(),
            "problems": [problem.document() for problem in found[:MOST_PROBLEMS]],
        }

    async def figures(self) -> Mapping[str, Figures]:
        return await self._engines.inspect()

    def in_sync(self) -> Mapping[str, bool]:
        return {report.engine: report.in_sync for report in self._engines.reports}

    def facts(self) -> Mapping[str, int]:
        return self._store.counts()

    def faults(self) -> Iterable[Fault]:
        """What could not be read."""
        return self._store.faults()

    def updates(self) -> int:
        """Changes of facts so far."""
        return self._store.updates

    def checks(self) -> list[Check]:
        """Every probe of a node, and what it last found out."""
        return checks_of(self.plan, self._store.get)

    def empty_pools(self) -> int:
        """Layer-4 pools that nobody is in."""
        return len(empty_pools_of(self.plan))

    def steps_run(self) -> int:
        return self._compiler.steps_run

    def unit_counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for key in self.plan:
            counts[key.kind] = counts.get(key.kind, 0) + 1
        return dict(sorted(counts.items()))


def _moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")
