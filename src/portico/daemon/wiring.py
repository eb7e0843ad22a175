"""What is connected to what. Nothing here decides anything."""

import logging
from collections.abc import Sequence
from pathlib import Path

from portico.compiler.compiler import Compiler
from portico.daemon.engines import Engines
from portico.daemon.followers import Checks, Follower, Names, Requests, Served
from portico.daemon.intake import Intake
from portico.daemon.lifetime import StartError, admin_port, allow_files, locked, until_told
from portico.daemon.loop import run
from portico.daemon.rooms import engines_of, kept, own_ports
from portico.daemon.view import View
from portico.engines.nftables import Nftables
from portico.settings import Room, Settings
from portico.sources.contract import Source
from portico.sources.directory import Directory
from portico.sources.lease_file import leased_slots
from portico.sources.leases import FILE, NodePortLeases
from portico.sources.machine import ThisMachine
from portico.sources.prober import Prober
from portico.sources.resolver import Resolver
from portico.store import Store

log = logging.getLogger("portico")


async def serve(paths: Sequence[Path], settings: Settings, *, keep: bool, cleanup: bool) -> None:
    """Run until SIGINT or SIGTERM; with `keep`, nginx goes on afterwards; with `cleanup`, what the
    kernel forwards does not.

    Raises StartError where another Portico has the state directory or the admin port is taken.
    """
    allow_files()
    with locked(settings.state_dir):
        store = Store()
        compiler = Compiler(store, settings)
        try:
            engines = _engines(settings, cleanup=cleanup)
            sources, followers = _found_out(settings)
        except OSError as error:
            raise StartError(f"{settings.state_dir}: {error}; see --state-dir") from None
        held = settings.state_dir / "held"
        folder = Directory(paths, watch=settings.watch, held=held)
        view = View(store, compiler, engines)
        intake = Intake(store, [folder, *sources])
        async with admin_port(view, settings):
            await until_told(run(intake, compiler, engines, followers), engines, view)
            view.is_stopping = True
        going_on = kept(settings, keep=keep, cleanup=cleanup)
        log.info("stopping; what goes on: %s", ", ".join(sorted(going_on)) or "nothing")
        await engines.close(going_on)


def _engines(settings: Settings, *, cleanup: bool) -> Engines:
    def forwards() -> bool:
        return engines.is_in_sync(Nftables.name)

    engines = Engines(engines_of(settings, cleanup=cleanup, forwards=forwards))
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
