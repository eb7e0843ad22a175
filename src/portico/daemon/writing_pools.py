"""Writes how much of every address pool is used into its status; while its replica leads."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from msgspec import Struct

from portico.ipam.address_usage import Usage, Usages
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import NotFoundError
from portico.lib.backoff import delays
from portico.model.ref import Ref
from portico.status.kinds import RESOURCE_OF
from portico.status.pools import pool_status

log = logging.getLogger("portico.status")


class _Nothing(Struct, frozen=True):
    """Of what the server answers nothing is read."""


_read: Final = typed(_Nothing)


class PoolWriter:
    """Believes nothing that an earlier one has written. Changes of `settle` seconds are one."""

    def __init__(
        self, client: Client, usages: Usages, may_write: Callable[[], bool], settle: float
    ) -> None:
        self._client, self._usages = client, usages
        self._may_write, self._settle = may_write, settle
        self._written: dict[Ref, Mapping[str, object]] = {}
        self._news = asyncio.Event()
        self._news.set()

    def follow(self) -> None:
        """The usages are others now."""
        self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        pauses = delays(first=1.0)
        while True:
            await self._news.wait()
            await asyncio.sleep(self._settle)
            self._news.clear()
            try:
                await self._write(self._usages.now)
            except KubeError as error:
                log.warning("status of address pools: %s", error)
                self._news.set()
                await asyncio.sleep(next(pauses))
            else:
                pauses = delays(first=1.0)

    async def _write(self, usages: list[Usage]) -> None:
        for usage in usages:
            ref, document = usage.pool.pool, pool_status(usage)
            if self._written.get(ref) == document or not self._may_write():
                continue
            objects = Objects(self._client, RESOURCE_OF[ref.kind], _read)
            with suppress(NotFoundError):  # it has gone, or its kind has no status
                await objects.merge(Key(ref.namespace, ref.name), {"status": document}, "status")
            self._written[ref] = document
