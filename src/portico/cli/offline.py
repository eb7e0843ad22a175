"""Manifests -> plan, once, without serving anything."""

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from portico.compiler.compiler import Compiler
from portico.compiler.lower import LOWER
from portico.lib import clock
from portico.plan.plan import Plan
from portico.settings import Settings
from portico.sources.contract import Blame, Put
from portico.sources.directory import Directory
from portico.sources.places import line_in_file
from portico.status.certificates import expiries
from portico.status.problems import Problem, problems
from portico.store import Store


class Reading(NamedTuple):
    """What the manifests say, what they compile to, and what is wrong with them."""

    store: Store
    plan: Plan
    problems: list[Problem]


def read(paths: Sequence[Path], settings: Settings) -> Reading:
    """Read and compile all of it."""
    gc.disable()  # a third of the time, for a process that ends with the answer
    store = asyncio.run(_load(paths))
    compiler = Compiler(store, settings)
    compiler.recompile(set(store.refs(LOWER)))
    found = problems(compiler.plan, store.faults(), store.place, line_in_file)
    found += expiries(compiler.plan, clock.now(), store.place, line_in_file)
    return Reading(store, compiler.plan, found)


async def _load(paths: Sequence[Path]) -> Store:
    store = Store()
    async for events in Directory(paths, watch=False).events():
        for event in events:
            if isinstance(event, Put):
                store.put(event.fact, event.place)
            elif isinstance(event, Blame):
                store.blame(event.file, event.faults)
    return store
