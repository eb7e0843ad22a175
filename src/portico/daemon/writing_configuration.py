"""Writes whether MetalLB's objects are right: every node of itself, the leader of the pools."""

import asyncio
import datetime
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from msgspec import Struct

from portico.kube.api.objects import Objects
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.config.errors import KubeError
from portico.kube.http.client import Client
from portico.kube.http.errors import NotFoundError
from portico.lib import clock
from portico.lib.backoff import delays
from portico.model.fault import Fault
from portico.plan.plan import Diff, Plan
from portico.status.configuration import (
    CONTROLLER,
    OF_SPEAKERS,
    STATES,
    Component,
    Configuration,
    Get,
    nothing_known,
    speaker,
    state_document,
    state_status,
    unreadable,
)

log = logging.getLogger("portico.status")

PAUSE: Final = 1.0
"""Seconds between two looks."""

AGAIN: Final = 30.0
"""Seconds after which it is written once more, as somebody may have deleted it."""

LAST_PATIENCE: Final = 3.0

Errors = tuple[str, ...] | None


class _Nothing(Struct, frozen=True):
    """Of what the server answers nothing is read."""


class Here(NamedTuple):
    """The namespace of the objects, the node this is, and how what is known is looked up."""

    namespace: str
    node: str
    get: Get = nothing_known
    faults: Callable[[], Iterable[Fault]] = tuple
    """What could not be read, of whatever kind."""


class ConfigurationWriter:
    """`follow` every plan, and `run` once; cancelling that says that nobody looks any more."""

    def __init__(
        self, client: Client, here: Here, is_leader: Callable[[], bool], again: float = AGAIN
    ) -> None:
        self._objects = Objects(client, STATES, typed(_Nothing))
        self._namespace, self._node, self._get, self._faults = here
        self._is_leader, self._again = is_leader, again
        self._configuration = Configuration()
        self._written: dict[str, tuple[Errors, float]] = {}
        self._since: dict[str, tuple[Errors, str]] = {}

    def follow(self, plan: Plan, hint: Diff) -> None:
        self._configuration.follow(plan, hint)

    async def run(self) -> None:
        """Until cancelled."""
        pauses = delays(first=PAUSE)
        trouble = ""
        try:
            while True:
                try:
                    await self._look()
                except KubeError as error:
                    if str(error) != trouble:
                        log.warning("the state of the configuration is not written: %s", error)
                    trouble, pause = str(error), next(pauses)
                else:
                    trouble, pauses, pause = "", delays(first=PAUSE), PAUSE
                await asyncio.sleep(pause)
        finally:
            await self._say_goodbye()

    async def _look(self) -> None:
        faults = list(self._faults())
        if not self._configuration.is_there and not _are_about_us(faults):
            return
        for component in self._components():
            errors = self._configuration.errors(component, self._get)
            errors += unreadable(component, faults, self._get)
            known, at = self._written.get(component.name, (None, -self._again))
            if known != errors or _now() - at >= self._again:
                await self._write(component, errors)

    def _components(self) -> Iterator[Component]:
        yield speaker(self._node)
        if self._is_leader():
            yield CONTROLLER
        else:
            self._written.pop(CONTROLLER.name, None)

    async def _write(self, component: Component, errors: Errors) -> None:
        key = Key(self._namespace, component.name)
        before = self._since.get(component.name)
        if before is None or bool(before[0]) != bool(errors):
            self._since[component.name] = (errors, _moment())
        document = state_document(component, self._namespace)
        status = state_status(errors, self._since[component.name][1])
        told = {**document, "status": status}
        try:
            await self._objects.apply(key, told, "status")
        except NotFoundError:
            await self._objects.apply(key, document)
            await self._objects.apply(key, told, "status")
        self._written[component.name] = (errors, _now())

    async def _say_goodbye(self) -> None:
        """Of itself alone: who leads next looks after the pools. Never raises KubeError."""
        component = speaker(self._node)
        if component.name not in self._written:
            return
        document = state_document(component, self._namespace)
        told = {**document, "status": state_status(None, _moment())}
        try:
            async with asyncio.timeout(LAST_PATIENCE):
                await self._objects.apply(Key(self._namespace, component.name), told, "status")
        except (KubeError, TimeoutError) as error:
            log.warning("the state of the configuration stays as it is: %s", error)


def _are_about_us(faults: Iterable[Fault]) -> bool:
    known = CONTROLLER.kinds | OF_SPEAKERS
    return any(fault.ref is not None and fault.ref.kind in known for fault in faults)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _moment() -> str:
    moment = datetime.datetime.fromtimestamp(clock.now(), datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
