"""Manifests, or what a cluster has now -> plan, once, without serving anything."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple, cast

from portico.cli.cluster import NoAnswerError
from portico.compiler.compiler import Compiler
from portico.compiler.lower import LOWER
from portico.ipam.address_demand import AddressDemands
from portico.ipam.address_leases import AddressBook
from portico.ipam.demand import Demands
from portico.ipam.node_ports import Range, settle
from portico.lib import clock
from portico.model.ref import Topic
from portico.plan.plan import Diff, Plan
from portico.settings import Settings
from portico.sources.addresses import lease_of as address_lease_of
from portico.sources.contract import Blame, Drop, Event, Put, Synced, Troubled
from portico.sources.lease_file import none_left
from portico.sources.leases import lease_of
from portico.sources.network.addresses import machine_of, this_machine
from portico.sources.origins import Origins
from portico.sources.places import line_in_file
from portico.sources.shadows import Shadows
from portico.status.certificates import expiries
from portico.status.problems import Problem, problems
from portico.store import Store


class Reading(NamedTuple):
    """What the manifests say, what they compile to, and what is wrong with them."""

    counts: Mapping[str, int]
    plan: Plan
    problems: list[Problem]


def read(origins: Origins, settings: Settings, addresses: Sequence[str] = ()) -> Reading:
    """Read and compile all of it, for a machine with these addresses; none: for this one.

    Raises NoAnswerError where the cluster cannot be read.
    """
    gc.disable()  # a third of the time, for a process that ends with the answer
    store = asyncio.run(_load(origins, settings))
    counts = store.counts()
    store.put(machine_of(addresses) if addresses else this_machine())
    compiler = Compiler(store, settings)
    compiler.recompile(set(store.refs(LOWER)))
    _lease_ports(store, compiler, settings)
    _lease_addresses(store, compiler, is_record=origins.cluster is None)
    found = problems(compiler.plan, store.faults(), store.place, line_in_file)
    found += expiries(compiler.plan, clock.now(), store.place, line_in_file)
    return Reading(counts, compiler.plan, found)


def _lease_ports(store: Store, compiler: Compiler, settings: Settings) -> None:
    """Node ports for those that ask, as they would be chosen where none was chosen yet."""
    demands = Demands()
    demands.follow(Diff(dict(compiler.plan), set()))
    asking, taken = demands.now
    leases, refused = settle(asking, {}, taken, Range(*settings.node_port_range))
    store.blame("node ports", none_left(asking[tenant] for tenant in refused))
    changed: set[Topic] = set()
    for tenant, number in leases.items():
        changed |= store.put(lease_of(tenant, number))
    compiler.recompile(changed)


def _lease_addresses(store: Store, compiler: Compiler, *, is_record: bool) -> None:
    """Addresses of pools, as they would be given by whoever has no record but what stands here."""
    demands = AddressDemands()
    demands.follow(Diff(dict(compiler.plan), set()))
    changed: set[Topic] = set()
    for ref, answer in AddressBook({}).follow(demands.now).items():
        if answer:
            changed |= store.put(address_lease_of(ref, answer, is_record=is_record))
    compiler.recompile(changed)


async def _load(origins: Origins, settings: Settings) -> Store:
    store = Store()
    shadows = Shadows(store)
    for source in origins.sources(settings, watch=False):
        everything = cast("AsyncGenerator[Sequence[Event], None]", source.events())
        async with aclosing(everything) as batches:
            async for events in batches:
                told = [each for event in events for each in shadows.passed(source.name, event)]
                if any(_take(event, store) for event in told):
                    break
    return store


def _take(event: Event, store: Store) -> bool:
    """Whether that was all."""
    match event:
        case Put(fact, place):
            store.put(fact, place)
        case Drop(ref):
            store.drop(ref)
        case Blame(file, faults):
            store.blame(file, faults)
        case Troubled(_, reason) if reason:
            raise NoAnswerError(reason)
        case Troubled() | Synced():
            pass
    return isinstance(event, Synced)
