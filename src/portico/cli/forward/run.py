"""Runs what a command line asked for, until somebody ends it."""

import asyncio
import resource
import signal
from typing import TYPE_CHECKING, Final

from portico.cli.forward.ending import Ending, end_by
from portico.cli.forward.tellers import Teller, teller
from portico.cli.forward.wanted import Wanted
from portico.forward.errors import USAGE, ForwardError, from_kube
from portico.forward.forwards import forwarding
from portico.forward.in_cluster import in_cluster
from portico.forward.one import Forward, World
from portico.forward.options import Manner
from portico.kube.config.choose import access
from portico.kube.config.errors import ConfigError, KubeError
from portico.kube.http.client import Client
from portico.kube.streams.forms import Form
from portico.kube.streams.pod_stream import HalfClose
from portico.kube.streams.remembered import Remembered, usual_file
from portico.kube.streams.settings import Settings

if TYPE_CHECKING:
    from portico.cli.forward.background import Detaching
    from portico.forward.socks.server import SocksServer


MOST_FILES: Final = 1 << 16


def run(wanted: Wanted) -> int:
    """The exit code. Raises ForwardError."""
    if not wanted.in_background:
        return _Run(wanted, None).run()
    from portico.cli.forward.background import in_background

    return in_background(lambda detaching: _Run(wanted, detaching).run())


class _Run:
    """One of them."""

    def __init__(self, wanted: Wanted, detaching: "Detaching | None") -> None:
        self._wanted, self._detaching = wanted, detaching
        self._ending = Ending()
        self._socks: SocksServer | None = None

    def run(self) -> int:
        _allow_many_connections()
        try:
            code = asyncio.run(self._ending.during(self._forward()))
        except KubeError as error:
            raise from_kube(error) from None
        except KeyboardInterrupt:
            if self._ending.signal is None:
                raise
            code = 0  # a second one, while the first was being obeyed
        if self._ending.signal not in (None, signal.SIGINT):
            end_by(self._ending.signal)
        return code

    async def _forward(self) -> int:
        wanted = self._wanted
        if wanted.folder:
            from portico.cli.forward.folder import in_folder

            return await self._in(in_folder(wanted.folder), str(wanted.folder), teller(wanted))
        try:
            found = access(wanted.wish)
        except ConfigError as error:
            raise ForwardError(error.reason, error.hint, USAGE) from None
        async with Client(found) as client:
            if wanted.options.manner is Manner.KUBECTL:
                from portico.cli.forward.kubectl import forward_as_kubectl

                return await forward_as_kubectl(client, wanted)
            settings = Settings(
                form=Form(wanted.transport) if wanted.transport else None,
                half_close=HalfClose(wanted.half_close or HalfClose.DEFER),
                remembered=Remembered(usual_file()),
            )
            patience = wanted.options.request_timeout
            world = in_cluster(client, found.namespace, settings, patience)
            tell = teller(wanted)
            if not wanted.socks:
                return await self._in(world, found.origin, tell)
            from portico.cli.forward.socks import socks_server

            with socks_server(wanted, world, client, tell) as self._socks:
                return await self._in(world, found.origin, tell)

    async def _in(self, world: World, origin: str, tell: Teller) -> int:
        wanted = self._wanted
        _warn_of_others(wanted, tell)
        beside = self._socks.run if self._socks else None
        async with forwarding(world, wanted.requests, wanted.options, tell, beside) as forwards:
            tell.started(forwards)
            try:
                return await self._until_the_end(forwards, origin)
            finally:
                tell.ended()

    async def _until_the_end(self, forwards: tuple[Forward, ...], origin: str) -> int:
        if self._wanted.command:
            from portico.cli.forward.child import run_child

            return await run_child(self._wanted.command, forwards, self._ending)
        if self._detaching is None:
            return await _for_ever()
        socks = self._socks.bound[0].name if self._socks else ""
        is_json = self._wanted.is_json
        with self._detaching.kept(forwards, origin, socks, is_json=is_json):
            return await _for_ever()


async def _for_ever() -> int:
    """Until cancelled."""
    await asyncio.get_running_loop().create_future()
    return 0


def _allow_many_connections() -> None:
    """Often it is a thousand unless one asks for more. A command that is run has them, too."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _warn_of_others(wanted: Wanted, tell: Teller) -> None:
    places = [place for request in wanted.requests for place in request.places]
    places += wanted.socks[0] if wanted.socks else ()
    others = sorted({place.address for place in places if not place.is_loopback})
    if others:
        tell.warn(f"warning: {', '.join(others)}: others on the network can connect there")
