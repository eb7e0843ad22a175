"""Manifests -> the table of this network namespace: `python -m bench.l4.install FOLDER [CHANGES]`.

The same steps as in `portico up`, one after another and each with its time. The table is kept.
With CHANGES, so many slices change afterwards in each of the ways below, one by one. The last
line says what everything took.
"""

import asyncio
import gc
import itertools
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.l4.clocked import Kernel, clocked
from bench.l4.intake import read
from portico.compiler.compiler import Compiler
from portico.compiler.lower import LOWER
from portico.engines.contract import Report
from portico.engines.nftables import Nftables, Options
from portico.model.discovery import EndpointSlice, SliceEndpoint
from portico.settings import Room, Settings
from portico.store import Store

Told = dict[str, Any]
Addresses = tuple[SliceEndpoint, ...]
Edit = Callable[[Addresses], Addresses]

_unused = itertools.count()


def _new() -> SliceEndpoint:
    number = next(_unused)
    return SliceEndpoint(addresses=(f"10.63.{number >> 8}.{number & 255}",))


EDITS: Final[Mapping[str, Edit]] = {
    "an endpoint moves": lambda old: (*old[1:], _new()),
    "one more endpoint": lambda old: (*old, _new()),
    "one endpoint less": lambda old: old[1:],
}


def main(folder: Path, changes: int) -> None:
    gc.disable()
    told: Told = {}
    with _timed(told, "read"):
        store = read(folder)
    compiler = Compiler(store, Settings(rooms=frozenset({Room.L4})))
    with _timed(told, "compile"):
        compiler.recompile(set(store.refs(LOWER)))
    with clocked() as kernel:
        asyncio.run(_apply(told, kernel, store, compiler, changes))
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps(told))


async def _apply(
    told: Told, kernel: Kernel, store: Store, compiler: Compiler, changes: int
) -> None:
    engine = Nftables(Options())
    kernel.reset()
    with _timed(told, "engine"):
        _checked(await engine.converge(compiler.plan, None))
    told["kernel"] = kernel.seconds
    told["engine"] -= kernel.seconds
    told["elements"] = kernel.added
    gc.freeze()
    gc.enable()
    told["changes"] = {
        kind: [
            await _change(kernel, store, compiler, engine, fact)
            for fact in _edited(store, edit, changes)
        ]
        for kind, edit in EDITS.items()
    }
    await engine.close(keep=True)


async def _change(
    kernel: Kernel, store: Store, compiler: Compiler, engine: Nftables, fact: EndpointSlice
) -> Told:
    kernel.reset()
    steps = compiler.steps_run
    begun = time.perf_counter()
    hint = compiler.recompile(store.put(fact))
    compiled = time.perf_counter()
    _checked(await engine.converge(compiler.plan, hint))
    ended = time.perf_counter()
    return {
        "all": ended - begun,
        "compile": compiled - begun,
        "kernel": kernel.seconds,
        "deleted": kernel.deleted,
        "added": kernel.added,
        "transactions": kernel.transactions,
        "steps": compiler.steps_run - steps,
    }


def _edited(store: Store, edit: Edit, count: int) -> Iterator[EndpointSlice]:
    """As many slices, evenly from all of them."""
    refs = store.refs({EndpointSlice.KIND})
    for number in range(count):
        fact = store.get(refs[number * len(refs) // count])
        assert isinstance(fact, EndpointSlice)
        yield msgspec.structs.replace(fact, endpoints=edit(fact.endpoints))


def _checked(report: Report) -> None:
    if not report.in_sync:
        sys.exit(f"not in sync: {report.detail}")


@contextmanager
def _timed(told: Told, name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    told[name] = time.perf_counter() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
