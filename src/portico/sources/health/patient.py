"""One thing that is checked: asks in its rhythm, judges, and tells when the verdict changes."""

import asyncio
import math
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from typing import Final

from portico.model.fact import Metadata
from portico.model.local import Failed, Health
from portico.plan.probe import Probe
from portico.sources.health.answer import question
from portico.sources.health.judge import Judge, Thresholds
from portico.sources.health.line import REFUSED, Line

GRAIN: Final = 0.05
"""Seconds. Checks that are due at about the same time are made at one wakening."""

SPREAD: Final = 0.2
"""Seconds at most over which first checks are spread: until then a dead node gets connections."""

AT_ONCE: Final = 8
"""Ports of one node that are tried at one check; if there are more, they take turns."""

LATE: Final = 0.1
"""Seconds. If we are later than that ourselves, an answer may be there and not yet read."""


class Patient:
    """Tells `told` its health whenever that changes."""

    def __init__(self, probe: Probe, told: Callable[[Health], None]) -> None:
        self._probe = probe
        self._told = told
        self._loop = asyncio.get_running_loop()
        asks = question(probe.address, probe.port, probe.path) if probe.path else b""
        self._line = Line(probe.address, probe.port, asks, self._hear)
        self._judge = Judge()
        self._ports: dict[int, tuple[Line, Judge]] = {}
        self._turn = 0
        self.checks = 0
        self._due = self._loop.time() + _share(probe.key.name) * min(probe.interval, SPREAD)
        self._timer = self._loop.call_at(_coarse(self._due), self._tick)

    def accepts(self, probe: Probe) -> bool:
        """Whether this is the same thing as before, asked differently at most; then it is so."""
        old = self._probe
        if (old.address, old.port, old.path) != (probe.address, probe.port, probe.path):
            return False
        self._probe = probe
        self._forget_ports(self._ports.keys() - set(probe.connect_ports))
        return True

    def close(self) -> None:
        """No more checks."""
        self._timer.cancel()
        self._line.close()
        for line, _ in self._ports.values():
            line.close()

    def _tick(self) -> None:
        now = self._loop.time()
        lines = [self._line, *(line for line, _ in self._ports.values())]
        if now - self._due > LATE and any(line.is_busy for line in lines):
            self._due = now
            self._timer = self._loop.call_at(now + GRAIN, self._tick)
            return
        for line in lines:
            line.expire()
        self._due = max(self._due + self._probe.interval, now)
        self._timer = self._loop.call_at(_coarse(self._due), self._tick)
        if self._probe.timeout < self._probe.interval:
            self._loop.call_at(_coarse(now + self._probe.timeout), self._expire, self.checks + 1)
        self.checks += 1
        self._line.ask()

    def _expire(self, check: int) -> None:
        if check == self.checks:
            self._line.expire()

    def _hear(self, trouble: str) -> None:
        if trouble == REFUSED and self._probe.connect_ports:
            self._try_ports()
            trouble = ""  # the machine is there, only without a health port
        elif not trouble and self._ports:
            self._forget_ports(self._ports.keys())
        if self._judge.hear(trouble, self._thresholds()):
            self._tell()

    def _hear_port(self, port: int, trouble: str) -> None:
        _, judge = self._ports[port]
        if judge.hear(trouble, self._thresholds()):
            self._tell()

    def _try_ports(self) -> None:
        ports = self._probe.connect_ports
        count = min(AT_ONCE, len(ports))
        for number in range(self._turn, self._turn + count):
            port = ports[number % len(ports)]
            if port not in self._ports:
                hear = partial(self._hear_port, port)
                self._ports[port] = Line(self._probe.address, port, b"", hear), Judge()
            self._ports[port][0].ask()
        self._turn = (self._turn + count) % len(ports)

    def _forget_ports(self, ports: Iterable[int]) -> None:
        gone = [self._ports.pop(port) for port in list(ports)]
        for line, _ in gone:
            line.close()
        if not all(judge.is_healthy for _, judge in gone):
            self._tell()

    def _failed(self) -> tuple[Failed, ...]:
        ports = sorted(self._ports.items())
        return tuple(Failed(port, judge.reason) for port, (_, judge) in ports if judge.reason)

    def _thresholds(self) -> Thresholds:
        return Thresholds(self._probe.healthy, self._probe.unhealthy)

    def _tell(self) -> None:
        self._told(
            Health(
                metadata=Metadata(name=self._probe.key.name),
                healthy=self._judge.is_healthy,
                reason=self._judge.reason,
                failed_ports=self._failed(),
            )
        )


def _coarse(moment: float) -> float:
    return math.ceil(moment / GRAIN) * GRAIN


def _share(name: str) -> float:
    """From 0 to 1, the same for a name every time."""
    return int.from_bytes(sha256(name.encode()).digest()[:4]) / (1 << 32)
