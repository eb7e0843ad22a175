"""Makes nginx serve the plan: starts or adopts it, and pushes what differs."""

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from portico.engines.contract import Figures, Report
from portico.engines.nginx import frames
from portico.engines.nginx.default_certificate import ensure_default_certificate
from portico.engines.nginx.options import Options
from portico.engines.nginx.private_socket import PrivateSocket, VersionConflictError
from portico.engines.nginx.process import NginxError, Process, open_files, worker_user
from portico.engines.nginx.render import configuration_of, render
from portico.engines.nginx.snapshot import Snapshot, digest
from portico.lib import clock
from portico.plan.backend import Backend
from portico.plan.key import Key
from portico.plan.plan import Diff, Plan

MOST_LOG_BYTES = 64 << 20
LONGEST_SOCKET_PATH = 107
"""Bytes that the address of a unix socket can hold (unix(7))."""


MOST_FOR_GOODBYE = 5.0
"""Seconds that WebSockets get for the closing handshake, before the grace period is over."""

log = logging.getLogger("portico.nginx")


class _Delta(NamedTuple):
    """Entries to put, in order, and keys to delete."""

    puts: list[tuple[bytes, bytes]]
    deletes: list[bytes]


class Nginx:
    """Owns one state directory and the nginx that runs in it."""

    name = "nginx"

    def __init__(self, options: Options, is_leaving: Callable[[], bool] = lambda: False) -> None:
        """`is_leaving` tells whether the end is near: then clients are to look for another one.

        All of them are served all the same, but on connections that end with the answer.
        """
        self._options = options
        self._is_leaving = is_leaving
        to_stdout = options.access_log == "stdout"
        self._process = Process(options.state, logs_to_stdout=to_stdout)
        self._socket = PrivateSocket(self._process.socket)
        self._snapshot = Snapshot(options.state / "plan.frames")
        self._applied: dict[bytes, bytes] | None = None  # digests; None: not known
        self._version = 0
        self._pid: int | None = None
        self._starts = 0
        self._pushes = 0
        self._whole_pushes = 0
        self._entries_pushed = 0
        self._bytes_pushed = 0

    async def converge(self, plan: Plan, hint: Diff | None) -> Report:
        try:
            if not self._is_ours():
                await self._take_over()
                hint = None
            if hint is None:
                await self._compare_versions()
            if not self._snapshot.is_intact:
                self._applied = None  # say everything again, which writes the file anew
            await self._push(plan, hint)
            self._rotate_logs()
        except (NginxError, OSError, ValueError) as trouble:
            self._applied = self._pid = None
            return Report(self.name, in_sync=False, detail=str(trouble), figures=self._figures())
        return Report(self.name, in_sync=True, figures=self._figures())

    async def inspect(self) -> Figures:
        try:
            report = await self._socket.report()
            connections = await self._socket.connections()
        except (NginxError, OSError):
            return self._figures()
        return {
            **self._figures(),
            "nginx": report.nginx,
            "lua_module": report.lua_module,
            "reloads": report.reloads,
            "decodes": report.decodes,
            "retries": report.retries,
            "ejected": report.ejected,
            "memory_free_bytes": report.free_bytes,
            "memory_bytes": report.capacity_bytes,
            **{f"connections_{name}": count for name, count in connections.items()},
        }

    async def close(self, *, keep: bool) -> None:
        try:
            if not keep and self._is_ours():
                await self._socket.announce_end(_goodbye_after(self._options.grace))
        except (NginxError, OSError) as trouble:
            log.warning("WebSockets will be cut at the end: %s", trouble)
        finally:
            await self._socket.close()
        if not keep:
            await self._process.quit(self._options.grace)

    def _is_ours(self) -> bool:
        """Whether the nginx that runs is the one we know, and can be spoken to."""
        pid = self._process.pid()
        return pid is not None and pid == self._pid and self._process.socket.exists()

    async def _take_over(self) -> None:
        """Start nginx, or adopt the one that runs; reload it only for another configuration."""
        self._prepare()
        if self._process.pid() is not None and not self._process.socket.exists():
            # Somebody has removed the socket: there is no way to tell nginx anything any more.
            await self._process.quit(self._options.grace)
        text = render(self._options, open_files=open_files(), user=worker_user())
        if self._process.pid() is None:
            await self._process.start(text)
            self._starts += 1
        elif not await self._runs(text):
            await self._process.reload(text)
        expected = configuration_of(text)
        report = await self._socket.wait_for(expected, self._process.check_reload)
        self._process.socket.chmod(0o600)  # nginx makes it 0666; the directory guards it until now
        kept = self._snapshot.read()
        self._version = report.version
        # The file says what nginx has only if both are at the same version.
        is_known = kept.version == report.version
        self._applied = {k: digest(v) for k, v in kept.entries.items()} if is_known else None
        self._pid = self._process.pid()

    async def _runs(self, text: str) -> bool:
        """Whether this configuration is in place, and nginx has taken it."""
        if self._process.configuration() != text:
            return False
        return (await self._socket.report()).configuration == configuration_of(text)

    async def _compare_versions(self) -> None:
        """Notice that somebody else has spoken to nginx: then nothing is known of its data."""
        version = (await self._socket.report()).version
        if version != self._version:
            self._version, self._applied = version, None

    def _prepare(self) -> None:
        state = self._options.state
        if len(os.fsencode(self._process.socket)) > LONGEST_SOCKET_PATH:
            raise NginxError(f"{state} is too long for a unix socket: shorten --state-dir")
        # Workers of another user must be able to reach tmp/, but nobody may look around.
        state.mkdir(parents=True, exist_ok=True, mode=0o711)
        state.chmod(0o711)
        (state / "tmp").mkdir(exist_ok=True, mode=0o711)
        ensure_default_certificate(state, clock.now())

    async def _push(self, plan: Plan, hint: Diff | None) -> None:
        standing = dict([frames.LEAVING] if self._is_leaving() else [])
        if hint is None:  # everything is looked at: in a thread, so that nobody waits for it
            delta = await asyncio.to_thread(_changes, plan, None, self._applied, standing)
        else:
            delta = _changes(plan, hint, self._applied, standing)
        try:
            await self._commit(delta, whole=self._applied is None)
        except VersionConflictError:
            # Somebody else spoke to this nginx, or it was restarted: say everything again.
            self._version = (await self._socket.report()).version
            await self._commit(_changes(plan, None, None, standing), whole=True)

    async def _commit(self, delta: _Delta, *, whole: bool) -> None:
        if not whole and not delta.puts and not delta.deletes:
            return
        version = self._version + 1
        body = b"".join(
            (
                *(frames.put(key, value) for key, value in delta.puts),
                *(frames.delete(key) for key in delta.deletes),
                frames.commit(version, whole=whole),
            )
        )
        await self._socket.push(body)
        self._version = version
        applied = {} if whole or self._applied is None else self._applied
        applied.update((key, digest(value)) for key, value in delta.puts)
        for key in delta.deletes:
            applied.pop(key, None)
        self._applied = applied
        self._pushes += 1
        self._whole_pushes += whole
        self._entries_pushed += len(delta.puts) + len(delta.deletes)
        self._bytes_pushed += len(body)
        self._keep(body, delta, whole=whole)

    def _keep(self, body: bytes, delta: _Delta, *, whole: bool) -> None:
        if whole:
            self._snapshot.write(self._version, delta.puts)
            return
        self._snapshot.append(body)
        if self._snapshot.is_bloated:
            self._snapshot.compact()

    def _rotate_logs(self) -> None:
        grown = [
            log
            for log in (self._options.state / "access.log", self._options.state / "error.log")
            if log.exists() and log.stat().st_size > MOST_LOG_BYTES
        ]
        for log in grown:
            log.replace(log.with_name(f"{log.name}.1"))
        if grown:
            self._process.reopen_logs()

    def _figures(self) -> Figures:
        return {
            "master": self._process.pid() or 0,
            "workers": " ".join(str(worker) for worker in self._process.workers()),
            "version": self._version,
            "starts": self._starts,
            "pushes": self._pushes,
            "whole_pushes": self._whole_pushes,
            "entries_pushed": self._entries_pushed,
            "bytes_pushed": self._bytes_pushed,
            "entries": len(self._applied or ()),
        }


def _goodbye_after(grace: float) -> float:
    """Seconds; a quarter of a short period is for goodbye."""
    return grace - min(MOST_FOR_GOODBYE, grace / 4)


def _changes(
    plan: Plan,
    hint: Diff | None,
    applied: dict[bytes, bytes] | None,
    standing: dict[bytes, bytes],
) -> _Delta:
    """What nginx lacks. Without a hint, or without knowing what nginx has, all is compared."""
    if applied is None:
        return _Delta([*_entries(plan), *standing.items()], [])
    units = plan if hint is None else _hinted(plan, hint)
    told = dict(_entries(units)) | standing
    kept = {key for key in _unanswered(units) if key in applied}
    puts = [
        (key, value)
        for key, value in told.items()
        if key not in kept and applied.get(key) != digest(value)
    ]
    gone = applied.keys() if hint is None else _keys((*hint.changed, *hint.removed))
    return _Delta(puts, sorted((gone & applied.keys()) - told.keys()))


def _entries(plan: Plan) -> Iterator[tuple[bytes, bytes]]:
    for unit in frames.in_order(plan):
        key, value = frames.entry_key(unit.key), frames.entry(unit)
        if key is not None and value is not None:
            yield key, value


def _hinted(plan: Plan, hint: Diff) -> Plan:
    """What the plan says of the units that are hinted at."""
    return {key: plan[key] for key in (*hint.changed, *hint.removed) if key in plan}


def _keys(keys: Iterable[Key]) -> set[bytes]:
    return {found for key in keys if (found := frames.entry_key(key)) is not None}


def _unanswered(plan: Plan) -> set[bytes]:
    """Backends behind a DNS name that was not resolved yet, e.g. just after a restart.

    What nginx has for them is older, but better than nothing.
    """
    return _keys(
        unit.key
        for unit in plan.values()
        if isinstance(unit, Backend) and unit.resolves and not unit.endpoints
    )
