"""The private socket of nginx: push frames, ask for a report."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from portico.engines.nginx.process import PATIENCE, PAUSE, NginxError


class VersionConflictError(NginxError):
    """nginx is at another version than we believed; everything has to be said again."""


class NginxReport(msgspec.Struct, frozen=True):
    """What phases/report.lua tells."""

    version: int
    configuration: str
    nginx: str
    lua_module: int
    reloads: int
    free_bytes: int
    capacity_bytes: int
    decodes: int
    retries: int
    ejected: int


class PrivateSocket:
    """A client of the private server; one connection is kept open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: aiohttp.ClientSession | None = None

    async def push(self, body: bytes) -> None:
        """Commit frames. Raises VersionConflictError, or NginxError if nginx did not take them."""
        status, text = await self._request("POST", "/push", body)
        if status == 409:
            raise VersionConflictError(text)
        if status == 507:
            raise NginxError(f"the shared memory of nginx is full ({text}): raise --plan-memory")
        if status != 200:
            raise NginxError(f"nginx did not take the push: {status} {text}")

    async def report(self) -> NginxReport:
        """Raises NginxError or OSError where nginx does not answer."""
        status, text = await self._request("GET", "/report", None)
        if status != 200:
            raise NginxError(f"nginx gave no report: {status} {text}")
        try:
            return msgspec.json.decode(text, type=NginxReport)
        except msgspec.DecodeError as error:
            raise NginxError(f"the report of nginx is not understood: {error}") from error

    async def announce_end(self, seconds: float) -> None:
        """WebSockets are to be told goodbye in so many seconds, if nginx is to quit by then."""
        status, text = await self._request("POST", f"/end?in={seconds:.3f}", b"")
        if status != 200:
            raise NginxError(f"nginx did not take the end: {status} {text}")

    async def connections(self) -> dict[str, int]:
        """The counters of ngx_http_stub_status_module."""
        status, text = await self._request("GET", "/connections", None)
        if status != 200:
            raise NginxError(f"nginx gave no counters: {status}")
        lines = text.splitlines()
        accepted, handled, requests = (int(word) for word in lines[2].split())
        return {
            "active": int(lines[0].split()[2]),
            "accepted": accepted,
            "handled": handled,
            "requests": requests,
        }

    async def wait_for(self, configuration: str, check: Callable[[], None]) -> NginxReport:
        """Until workers of this configuration answer. Raises NginxError when they do not.

        `check` is called between two looks, and raises where there is no use in waiting.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    report = await self._report_or_none()
                    if report and report.configuration == configuration:
                        return report
                    check()
                    # The kept connection may lead to an old worker: ask again on a new one.
                    await self.close()
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise NginxError("nginx does not answer on its private socket") from None

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def _report_or_none(self) -> NginxReport | None:
        try:
            return await self.report()
        except (NginxError, OSError):
            return None

    async def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, str]:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=60, connect=5)
            connector: Any = aiohttp.UnixConnector(str(self._path))
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        # Not the bytes themselves: aiohttp sends those in one piece, while nothing else may run.
        data = None if body is None else io.BytesIO(body)
        try:
            async with self._session.request(method, f"http://nginx{path}", data=data) as answer:
                return answer.status, (await answer.text()).strip()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NginxError(f"the private socket of nginx: {error}") from error
