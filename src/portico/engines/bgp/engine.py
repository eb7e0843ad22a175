"""Makes routers know the routes of the plan: starts or adopts a speaker, tells it."""

import asyncio
import hashlib
import logging
import signal
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.bgp import wire
from portico.engines.bgp.bfd.talk import Orders as BfdOrders
from portico.engines.bgp.chart import Chart, changed, chart, moves_peers
from portico.engines.bgp.client import ask
from portico.engines.bgp.options import Options
from portico.engines.bgp.router_id import router_id
from portico.engines.bgp.spoken import spoken_of
from portico.engines.bgp.users import USERS
from portico.engines.companion.client import CompanionError
from portico.engines.companion.code import code_of
from portico.engines.companion.lines import version_of
from portico.engines.companion.privileges import make_home, why_not_as
from portico.engines.companion.process import Companion
from portico.engines.contract import Figures, Report
from portico.plan.plan import Diff, Plan
from portico.plan.spoken import Spoken

log = logging.getLogger("portico.engines.bgp")

SPEAKER: Final = "portico.engines.bgp.speaker"
BFD: Final = "portico.engines.bgp.bfd"
HERE: Final = Path(__file__).parent
NOTHING: Final = Chart({}, {})
QUICK: Final = wire.Ask(counts=False)


class Bgp:
    """Owns two directories: of the speaker with its daemon, and of the BFD process."""

    name = "bgp"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._speaker = Companion("speaker", SPEAKER, options.state)
        self._bfd = Companion("bfd", BFD, options.bfd_state)
        self._chart = NOTHING
        self._pid: int | None = None  # of the speaker that is known to have the chart
        self._version = ""
        self._starts = self._pushes = self._changes = 0

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        try:
            if hint is None or self._pid != self._speaker.pid() or moves_peers(hint):
                state = await self._settle(plan)
            else:
                state = await self._follow(plan, hint)
        except (CompanionError, OSError) as trouble:
            self._pid, self._version = None, ""
            return Report(self.name, in_sync=False, detail=str(trouble), figures=self._figures())
        trouble_told = state.trouble if state else ""
        figures = self._figures()
        return Report(self.name, in_sync=not trouble_told, detail=trouble_told, figures=figures)

    async def inspect(self) -> Figures:
        state = await self.look()
        if state is None:
            return self._figures()
        up = sum(each.state == "up" for each in state.sessions.values())
        return {
            **self._figures(),
            "sessions": len(state.sessions),
            "sessions_up": up,
            "daemon_starts": state.starts,
            "bugs": state.bugs,
        }

    async def look(self) -> wire.State | None:
        """Everything the speaker knows; None where there is none."""
        if self._speaker.pid() is None:
            return None
        try:
            return await ask(self._speaker.socket, wire.Ask())
        except CompanionError:
            return None

    async def spoken(self) -> Spoken:
        """How the sessions are; none where there is no speaker."""
        state = await self.look()
        return Spoken(self._options.node) if state is None else spoken_of(self._options.node, state)

    async def close(self, *, keep: bool) -> None:
        if not keep:
            await self._send_away(withdraw=True)

    async def _settle(self, plan: Plan) -> wire.State | None:
        """Have a speaker with the table of this plan, or none where there is nobody to speak to."""
        self._pid = None
        self._chart = await asyncio.to_thread(self._charted, plan)
        if not self._chart.peers:
            await self._send_away(withdraw=True)
            return None
        self._make_homes()
        table = self._chart.table()
        if any(peer.bfd for peer in table.peers) and self._options.daemon == "exabgp":
            await self._have_bfd()
        running = await self._running()
        if running is None:
            await self._start()
            running = await ask(self._speaker.socket, QUICK)
        version = version_of(wire.encode_table(table))
        if running.version != version:
            running = await ask(self._speaker.socket, wire.Push(table, version))
            self._pushes += 1
        self._pid, self._version = running.pid, version
        return running

    async def _follow(self, plan: Plan, hint: Diff) -> wire.State | None:
        """Tell the speaker only what differs."""
        if self._pid is None:
            return None
        self._chart, change = changed(self._chart, hint, self._options.node)
        if change is None:
            return await ask(self._speaker.socket, QUICK)
        since = self._version
        version = version_of(msgspec.json.encode(change), since)
        change = msgspec.structs.replace(change, since=since, version=version)
        state = await ask(self._speaker.socket, change)
        self._version = version
        self._changes += 1
        return state

    def _charted(self, plan: Plan) -> Chart:
        found = chart(plan, self._options.node, "")
        if not any(not peer.router_id for peer in found.peers.values()):
            return found
        self._options.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        own_id = router_id(self._options.state / "router-id", self._options.node)
        return chart(plan, self._options.node, own_id)

    def _make_homes(self) -> None:
        for companion in (self._speaker, self._bfd):
            companion.prepare()
            make_home(companion.state, USERS)

    async def _start(self) -> None:
        if reason := why_not_as(USERS):
            log.warning("the BGP speaker runs as root: %s", reason)
        await self._speaker.start(self._orders())
        self._starts += 1

    async def _running(self) -> wire.State | None:
        """The speaker that answers, if it is one of ours; another one makes room for ours."""
        if self._speaker.pid() is None:
            return None
        orders = self._orders()
        try:
            running = await ask(self._speaker.socket, QUICK)
            if running.build == orders.build:
                return running
            is_other_daemon = running.engine != orders.engine
            await ask(self._speaker.socket, wire.Leave(withdraw=is_other_daemon))
        except CompanionError:
            self._speaker.send(signal.SIGKILL)  # its daemon goes on
        await self._speaker.end(self._options.grace)
        return None

    async def _have_bfd(self) -> None:
        """One of another build goes on: to replace it would look like a dead path to routers."""
        if self._bfd.pid() is None:
            await self._bfd.start(BfdOrders(str(self._bfd.state), code_of(HERE / "bfd").hex()))

    async def _send_away(self, *, withdraw: bool) -> None:
        """Routers are told first."""
        if self._speaker.pid() is not None:
            try:
                await ask(self._speaker.socket, wire.Leave(withdraw))
            except CompanionError:
                self._speaker.send(signal.SIGTERM)
            await self._speaker.end(self._options.grace)
            self._speaker.clear()
        if self._bfd.pid() is not None:
            self._bfd.send(signal.SIGTERM)
            await self._bfd.end(self._options.grace)
            self._bfd.clear()

    def _orders(self) -> wire.Orders:
        options = self._options
        orders = wire.Orders(
            state=str(options.state), engine=options.daemon, bfd=str(self._bfd.socket), build=""
        )
        encoded = code_of(HERE) + msgspec.json.encode(orders)
        build = hashlib.blake2b(encoded, digest_size=12).hexdigest()
        return msgspec.structs.replace(orders, build=build)

    def _figures(self) -> Figures:
        return {
            "pid": self._speaker.pid() or 0,
            "starts": self._starts,
            "pushes": self._pushes,
            "changes": self._changes,
            "peers": len(self._chart.peers),
            "routes": len(self._chart.routes),
        }
