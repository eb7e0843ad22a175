"""What is connected to what. Nothing here decides anything."""

import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from portico.compiler.compiler import Compiler
from portico.daemon.engines import Engines
from portico.daemon.followers import AddressRequests, Checks, Follower, Names, Requests, Served
from portico.daemon.intake import Intake
from portico.daemon.lifetime import StartError, admin_port, allow_files, locked, until_told
from portico.daemon.loop import run
from portico.daemon.rooms import engines_of, kept, own_ports
from portico.daemon.view import View
from portico.engines.arp import Arp
from portico.engines.bgp import Bgp
from portico.engines.nftables import Nftables
from portico.settings import Room, Settings, gives_addresses_in_cluster, serves_load_balancers
from portico.sources.addresses import AddressLeases
from portico.sources.contract import Source
from portico.sources.lease_file import leased_slots
from portico.sources.leases import FILE, NodePortLeases
from portico.sources.machine import ThisMachine
from portico.sources.origins import Origins
from portico.sources.prober import Prober
from portico.sources.resolver import Resolver
from portico.store import Store

if TYPE_CHECKING:
    from portico.daemon.writing import Writing
    from portico.daemon.writing_addresses import Place
    from portico.daemon.writing_announced import AnnouncedWriter
    from portico.daemon.writing_configuration import ConfigurationWriter
    from portico.daemon.writing_peers import PeerWriter
    from portico.kube.http.client import Client
    from portico.sources.cluster.asked import Asked
    from portico.status.publish import Publish

log = logging.getLogger("portico")


class Ends(NamedTuple):
    """With `keep`, nginx goes on afterwards; with `cleanup`, what the kernel forwards does not."""

    keep: bool
    cleanup: bool
    lingering: float = 0.0
    """Seconds for which all goes on, but is told to be not ready."""


class Telling(NamedTuple):
    """Who writes to the cluster, and by which way; nobody, where there is nobody to be told."""

    writings: "Sequence[Writing]" = ()
    client: "Client | None" = None
    place: "Place | None" = None


async def serve(origins: Origins, tells: "Publish | None", settings: Settings, ends: Ends) -> None:
    """Run until SIGINT or SIGTERM; the owners of Ingresses are told what `tells` says.

    Raises StartError where another Portico has the state directory or the admin port is taken.
    """
    allow_files()
    with locked(settings.state_dir):
        store = Store()
        compiler = Compiler(store, settings)
        try:
            # With `keep` nobody is to leave: nginx goes on.
            engines = _engines(
                settings,
                cleanup=ends.cleanup,
                is_leaving=lambda: view.is_stopping and not ends.keep,
            )
            sources, followers = _found_out(settings)
            addresses = _addresses(origins, settings)
        except OSError as error:
            raise StartError(f"{settings.state_dir}: {error}; see --state-dir") from None
        held = settings.state_dir / "held"
        written = origins.sources(settings, watch=settings.watch, held=held)
        intake = Intake(store, [*written, *sources, *addresses])
        followers = [*followers, *map(AddressRequests, addresses)]
        async with _writings(origins.cluster, tells, addresses) as telling:
            writings = telling.writings
            view = View(store, compiler, engines, intake, writings)
            own = _own_writings(engines, settings, telling, store)
            async with admin_port(view, settings):
                story = run(intake, compiler, engines, [*followers, *writings, *own])
                writers = [*(each.run() for each in writings), *(each.run() for each in own)]
                others = [engines.work(), *writers]
                await until_told([story, *others], view, ends.lingering)
        going_on = kept(settings, keep=ends.keep, cleanup=ends.cleanup)
        log.info("stopping; what goes on: %s", ", ".join(sorted(going_on)) or "nothing")
        await engines.close(going_on)


def _engines(settings: Settings, *, cleanup: bool, is_leaving: Callable[[], bool]) -> Engines:
    def forwards() -> bool:
        return engines.is_in_sync(Nftables.name)

    engines = Engines(
        engines_of(settings, cleanup=cleanup, forwards=forwards, is_leaving=is_leaving),
        # An address is announced where the kernel forwards what comes for it.
        after={Arp.name: Nftables.name, Bgp.name: Nftables.name},
    )
    return engines


def _found_out(settings: Settings) -> tuple[Sequence[Source], Sequence[Follower]]:
    """What Portico finds out itself, and who tells it what to find out."""
    state_dir = settings.state_dir
    resolver, prober = Resolver(), Prober()
    sources: list[Source] = [resolver, prober]
    followers: list[Follower] = [Names(resolver), Checks(prober)]
    if Room.L4 in settings.rooms:
        machine = ThisMachine(own_ports(settings), lambda: leased_slots(state_dir / FILE))
        leases = NodePortLeases(state_dir, settings.node_port_range, machine.busy)
        sources += [machine, leases]
        followers += [Served(machine), Requests(leases)]
    return sources, followers


def _addresses(origins: Origins, settings: Settings) -> list[AddressLeases]:
    """Who gives addresses of pools to Services. Of a cluster the record is in the cluster."""
    if origins.cluster:
        return [AddressLeases(None)] if gives_addresses_in_cluster(settings) else []
    return [AddressLeases(settings.state_dir)] if serves_load_balancers(settings) else []


@asynccontextmanager
async def _writings(
    asked: "Asked | None", tells: "Publish | None", addresses: Sequence[AddressLeases]
) -> "AsyncIterator[Telling]":
    """Who writes to the cluster; nobody, where there is none, or where nobody told us to: a
    Portico that somebody tries on a laptop must not write to what it reads.
    """
    if asked is None or tells is None:
        yield Telling()
        return
    # Imported on first use: who serves a folder need not wait for what asks clusters.
    from portico.daemon.writing import Writing
    from portico.daemon.writing_addresses import place_of
    from portico.daemon.writing_shift import Errand
    from portico.kube.http.client import Client

    place = place_of(os.environ, asked.access.namespace)
    if tells.by_nodes and not place.pod:
        log.info(
            "nothing is written to the cluster: this is no pod, and no --publish option is set"
        )
        yield Telling()
        return
    async with Client(asked.access) as client:
        errand = Errand(tells, place, asked.scope.namespaces, gives_addresses=bool(addresses))
        yield Telling([Writing(client, errand, settling=addresses)], client, place)


def _own_writings(
    engines: Engines, settings: Settings, telling: Telling, store: Store
) -> "list[AnnouncedWriter | ConfigurationWriter | PeerWriter]":
    """What every node writes of itself, whoever leads."""
    client, place = telling.client, telling.place
    announcer = engines.the(Arp)
    if client is None or place is None or announcer is None:
        return []
    from portico.daemon.ways import ByBgp, ByLayer2, Way
    from portico.daemon.writing_announced import AnnouncedWriter
    from portico.daemon.writing_configuration import ConfigurationWriter, Here
    from portico.daemon.writing_peers import PeerWriter

    namespace = settings.metallb_namespace or place.namespace
    identity = place.pod or settings.node_name
    ways: list[Way] = [ByLayer2(announcer), ByBgp(settings.node_name)]
    announced = [AnnouncedWriter(client, namespace, identity, way) for way in ways]

    def is_leader() -> bool:
        return any(writing.is_leading for writing in telling.writings)

    here = Here(namespace, settings.node_name, store.get, store.faults)
    speaker = engines.the(Bgp)
    peers = [] if speaker is None else [PeerWriter(client, speaker)]
    return [*announced, *peers, ConfigurationWriter(client, here, is_leader)]
