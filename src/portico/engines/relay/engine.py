"""Makes a relay serve the pools that expect the PROXY protocol: starts or adopts it, tells it."""

import asyncio
import hashlib
import signal
from pathlib import Path
from typing import Final

import msgspec

from portico.engines.companion.client import CompanionError
from portico.engines.companion.code import code_of
from portico.engines.companion.lines import version_of
from portico.engines.contract import Figures, Report
from portico.engines.relay import wire
from portico.engines.relay.chart import Chart, chart, concerns
from portico.engines.relay.client import ask
from portico.engines.relay.options import Options
from portico.engines.relay.orders import AGES, Orders
from portico.engines.relay.port import relay_port
from portico.engines.relay.process import companion, make_way, start
from portico.lib.atomic_file import write_atomic
from portico.plan.plan import Diff, Plan

NOTHING: Final = Chart(wire.Table(), frozenset())


class Relay:
    """Owns one directory and the relay that runs in it, if there is any need for one."""

    name = "relay"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._process = companion(options.state)
        self._chart = NOTHING
        self._pid: int | None = None  # of the relay that is known to have the table
        self._port = 0
        self._starts = 0
        self._pushes = 0

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        try:
            is_settled = self._pid == self._process.pid() and self._is_reachable()
            if hint is None or not is_settled or concerns(hint, plan, self._chart):
                self._chart = await asyncio.to_thread(chart, plan) if hint is None else chart(plan)
                await self._settle()
        except (CompanionError, OSError) as trouble:
            self._pid, self._chart = None, NOTHING
            return Report(self.name, in_sync=False, detail=str(trouble), figures=self._figures())
        return Report(self.name, in_sync=True, figures=self._figures())

    async def inspect(self) -> Figures:
        try:
            state = await ask(self._process.socket, wire.Ask())
        except CompanionError:
            return self._figures()
        return {
            **self._figures(),
            "connections": state.connections,
            "connections_total": state.connections_total,
            "strangers": state.strangers,
            "connects_failed": state.connects_failed,
            "lost": state.lost,
            "bytes_up": state.bytes_up,
            "bytes_down": state.bytes_down,
            "bugs": state.bugs,
        }

    async def close(self, *, keep: bool) -> None:
        if keep:
            return
        try:
            await ask(self._process.socket, wire.Leave(self._options.grace))
        except CompanionError:
            self._process.send(signal.SIGTERM)
        await self._process.end(self._options.grace)
        self._process.clear()

    def _is_reachable(self) -> bool:
        return self._pid is None or self._process.socket.exists()

    async def _settle(self) -> None:
        """Have a relay with this table, or none where there is nothing in it."""
        encoded = wire.encode_table(self._chart.table)
        running = await self._running()
        if not self._chart.table.doors:
            if running is not None:
                await ask(self._process.socket, wire.Leave(AGES))
                self._process.clear()
            self._pid = None
            return
        self._keep(encoded)
        orders = self._orders()
        if running is None or running.build != orders.build:
            await start(self._process, orders)
            self._starts += 1
            running = await ask(self._process.socket, wire.Ask())
        if running.table != version_of(encoded):
            running = await ask(self._process.socket, wire.Push(msgspec.Raw(encoded)))
            self._pushes += 1
        self._pid = running.pid

    async def _running(self) -> wire.State | None:
        """The relay that answers. One that does not is sent away."""
        if self._process.pid() is None:
            return None
        try:
            return await ask(self._process.socket, wire.Ask())
        except CompanionError:
            await make_way(self._process, self._orders().port)
            return None

    def _keep(self, encoded: bytes) -> None:
        """On disk, for a relay that is started."""
        self._process.prepare()
        file = self._options.state / "table.json"
        if not file.exists() or file.read_bytes() != encoded:
            write_atomic(file, encoded)

    def _orders(self) -> Orders:
        options = self._options
        self._port = relay_port(options.state_dir, options.port)
        orders = Orders(
            state=str(options.state),
            port=self._port,
            connections=options.connections,
            connect_timeout=options.connect_timeout,
            grace=options.grace,
            build="",
        )
        return msgspec.structs.replace(orders, build=_build(orders))

    def _figures(self) -> Figures:
        return {
            "pid": self._process.pid() or 0,
            "port": self._port,
            "starts": self._starts,
            "pushes": self._pushes,
            "doors": len(self._chart.table.doors),
            "pools": len(self._chart.table.pools),
        }


def _build(orders: Orders) -> str:
    """Differs where a relay that runs was started from other code, or with other orders."""
    code = code_of(Path(__file__).parent)
    return hashlib.blake2b(code + msgspec.json.encode(orders), digest_size=12).hexdigest()
