"""Makes a responder announce the addresses of the plan: starts or adopts it, tells it."""

import hashlib
import re
import signal
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.arp import wire
from portico.engines.arp.chart import chart, concerns
from portico.engines.arp.client import ask
from portico.engines.arp.options import Options
from portico.engines.arp.orders import Orders
from portico.engines.arp.secrets import SecretError, read_secrets
from portico.engines.arp.sight import sight_of
from portico.engines.companion.client import CompanionError
from portico.engines.companion.code import code_of
from portico.engines.companion.lines import version_of
from portico.engines.companion.process import Companion
from portico.engines.contract import Figures, Report
from portico.plan.announced import Sight
from portico.plan.plan import Diff, Plan

MODULE: Final = "portico.engines.arp"
GRACE: Final = 3.0
"""Seconds that a responder may take to hand everything over."""

NAMESAKE: Final = 10.0
"""Seconds for which another machine with our name is told of after it was last heard."""

CONFLICT: Final = 90.0
"""Seconds for which it is told that somebody else has announced an address of ours: responders do
that again each minute.
"""

OPEN: Final = "no --lb-secret-file: whoever is on the network can pretend to be a node"


class Arp:
    """Owns one directory and the responder that runs in it, if there is any need for one."""

    name = "arp"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._process = Companion("responder", MODULE, options.state)
        self._table = wire.Table()
        self._encoded = b""
        self._secrets: tuple[str, ...] | None = None
        self._seen = Sight(options.node)
        self._starts = 0
        self._pushes = 0
        self._orders = _orders(options)

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        if hint is None or concerns(hint):
            self._table = chart(plan)
            self._encoded = wire.encode_table(self._table)
        unreadable = self._read_secrets()
        try:
            # Without the secret the others would not believe us, nor we them.
            if self._secrets is None:
                return self._failed(unreadable)
            state = await self._settle(self._secrets)
        except (CompanionError, OSError) as trouble:
            return self._failed(str(trouble))
        return self._failed(unreadable) if unreadable else self._report(state)

    async def inspect(self) -> Figures:
        state = await self._ask(wire.Ask())
        if state is None:
            return self._figures()
        return {**self._figures(), **_figures_of(state)}

    async def look(self) -> wire.State | None:
        """Everything the responder knows; None where there is none that answers."""
        return await self._ask(wire.Ask(whole=True))

    async def sight(self) -> Sight:
        """Who announces what, as this node sees it; nothing where there is no responder."""
        state = await self.look()
        if state is not None:
            self._seen = sight_of(state)
        elif self._process.pid() is None:
            self._seen = Sight(self._options.node)
        return self._seen  # one that does not answer for once is no news

    async def close(self, *, keep: bool) -> None:
        if not keep:
            await self._send_away()

    def _read_secrets(self) -> str:
        """What is wrong with the file; then those that were known before go on."""
        try:
            self._secrets = read_secrets(self._options.secret_file)
        except SecretError as error:
            return str(error)
        return ""

    def _failed(self, why: str) -> Report:
        able = "not permitted" not in why
        return Report(self.name, in_sync=False, detail=why, figures=self._figures(), able=able)

    async def _ask(self, request: wire.Ask) -> wire.State | None:
        if self._process.pid() is None:
            return None
        try:
            return await ask(self._process.socket, request)
        except CompanionError:
            return None

    async def _settle(self, secrets: tuple[str, ...]) -> wire.State | None:
        """Have a responder with this table, or none where there is nothing in it."""
        if not self._table.addresses:
            await self._send_away()
            return None
        running = await self._running()
        if running is not None and running.build != self._orders.build:
            await self._send_away()
            running = None
        if running is None:
            self._process.prepare()
            await self._process.start(self._orders)
            self._starts += 1
            running = await ask(self._process.socket, wire.Ask())
        known = (version_of(self._encoded), version_of(msgspec.json.encode(secrets)))
        if (running.table, running.secrets) != known:
            push = wire.Push(msgspec.Raw(self._encoded), secrets)
            running = await ask(self._process.socket, push)
            self._pushes += 1
        return running

    async def _running(self) -> wire.State | None:
        """The responder that answers. One that does not is ended: another one takes its place."""
        if self._process.pid() is None:
            return None
        try:
            return await ask(self._process.socket, wire.Ask())
        except CompanionError:
            self._process.send(signal.SIGKILL)
            await self._process.end(0)
            return None

    async def _send_away(self) -> None:
        """Others take over what it has, if there are others."""
        if self._process.pid() is None:
            return
        try:
            await ask(self._process.socket, wire.Leave())
        except CompanionError:
            self._process.send(signal.SIGTERM)
        await self._process.end(GRACE)
        self._process.clear()

    def _report(self, state: wire.State | None) -> Report:
        detail, is_fine = ("", True) if state is None else self._trouble(state)
        return Report(self.name, in_sync=is_fine, detail=detail, figures=self._figures())

    def _trouble(self, state: wire.State) -> tuple[str, bool]:
        """What there is to tell, and whether addresses are announced as they should be."""
        if 0 <= state.namesake_seconds < NAMESAKE:
            name = self._options.node
            told = f"another machine calls itself {name!r}, too: give each its own --node-name"
            return told, False
        if 0 <= state.conflict_seconds < CONFLICT:
            told = f"an address of this node is announced by somebody else, too: {state.conflict}"
            return told, True
        return ("" if self._options.secret_file else OPEN), True

    def _figures(self) -> Figures:
        return {
            "pid": self._process.pid() or 0,
            "starts": self._starts,
            "pushes": self._pushes,
            "addresses": len(self._table.addresses),
        }


def _figures_of(state: wire.State) -> Figures:
    return {
        "held": state.held,
        "interfaces": state.interfaces,
        "neighbours": state.neighbours,
        "takeovers": state.takeovers,
        "handovers": state.handovers,
        "forged": state.forged,
        "malformed": state.malformed,
        "replayed": state.replayed,
        "stalls": state.stalls,
        "conflicts": state.conflicts,
        "namesakes": state.namesakes,
        "bugs": state.bugs,
    }


def _orders(options: Options) -> Orders:
    re.compile(options.excluded)
    orders = Orders(
        state=str(options.state),
        node=options.node,
        port=options.port,
        interval=options.interval,
        misses=options.misses,
        refresh=options.refresh,
        interfaces=options.interfaces,
        excluded=options.excluded,
        build="",
    )
    return msgspec.structs.replace(orders, build=_build(orders))


def _build(orders: Orders) -> str:
    """Differs where a responder that runs was started from other code, or with other orders."""
    code = code_of(Path(__file__).parent)
    return hashlib.blake2b(code + msgspec.json.encode(orders), digest_size=12).hexdigest()
