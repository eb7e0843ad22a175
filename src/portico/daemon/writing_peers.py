"""Writes how this node's sessions are into the status of OpenELB BgpPeers: every node its own."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from msgspec import Struct

from portico.daemon.speaking import Speaker
from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import NotFoundError
from portico.lib.backoff import delays
from portico.model.ref import Ref
from portico.plan.plan import Diff, Plan
from portico.status.peers import PEERS, patch, peers_told

log = logging.getLogger("portico.status")

PAUSE: Final = 2.0
"""Seconds between two looks at the sessions."""

LAST_PATIENCE: Final = 3.0


class _Nothing(Struct, frozen=True):
    """Of what the server answers nothing is read."""


class PeerWriter:
    """`follow` every plan, and `run` once; cancelling that takes back what was written."""

    def __init__(self, client: Client, speaker: Speaker) -> None:
        self._objects = Objects(client, PEERS, typed(_Nothing))
        self._speaker = speaker
        self._plan: Plan = {}
        self._node = ""
        self._written: dict[Ref, Mapping[str, object]] = {}

    def follow(self, plan: Plan, hint: Diff) -> None:
        self._plan = plan

    async def run(self) -> None:
        """Until cancelled."""
        pauses = delays(first=PAUSE)
        try:
            while True:
                try:
                    await self._look()
                except KubeError as error:
                    log.warning("sessions are not written: %s", error)
                    await asyncio.sleep(next(pauses))
                else:
                    pauses = delays(first=PAUSE)
                    await asyncio.sleep(PAUSE)
        finally:
            await self._take_back()

    async def _look(self) -> None:
        spoken = await self._speaker.spoken()
        self._node = spoken.node
        wanted = peers_told(self._plan, spoken)
        for ref in self._written.keys() - wanted.keys():
            await self._write(ref, None)
        for ref, told in wanted.items():
            if self._written.get(ref) != told:
                await self._write(ref, told)

    async def _write(self, ref: Ref, told: Mapping[str, object] | None) -> None:
        with suppress(NotFoundError):  # it has gone, or its kind has no status
            await self._objects.merge(Key("", ref.name), patch(self._node, told), "status")
        if told is None:
            self._written.pop(ref, None)
        else:
            self._written[ref] = told

    async def _take_back(self) -> None:
        """There are no sessions any more; never raises KubeError."""
        try:
            async with asyncio.timeout(LAST_PATIENCE):
                for ref in list(self._written):
                    await self._write(ref, None)
        except (KubeError, TimeoutError) as error:
            log.warning("what was written of sessions stays: %s", error)
