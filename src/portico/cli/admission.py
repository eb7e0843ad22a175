"""From origins to a webhook that answers: what is connected to what."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from portico.daemon.intake import Intake
from portico.kube.http.client import Client
from portico.plan.verdict import Because
from portico.settings import Settings
from portico.sources.cluster.kinds import JUDGED
from portico.sources.cluster.reading import reader
from portico.sources.network.addresses import machine_of, this_machine
from portico.sources.origins import Origins
from portico.store import Store
from portico.webhook.announcing import Announcing, Service
from portico.webhook.app import Desk
from portico.webhook.doors import Door, opened
from portico.webhook.figures import Figures
from portico.webhook.judge import Judge, Sight
from portico.webhook.keeping import Keeping
from portico.webhook.limits import Limits
from portico.webhook.shown import Files, Shown
from portico.webhook.state import State
from portico.webhook.tending import Tending
from portico.webhook.world import OF_A_NODE

log = logging.getLogger("portico")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says of the webhook itself."""

    listen: tuple[str, int]
    admin: tuple[str, int]
    service: Service
    settings: Settings
    machine_addresses: Sequence[str] = ()
    files: Files | None = None
    """Somebody else's certificate."""

    configuration: str = ""
    """Which ValidatingWebhookConfiguration is told our authority; empty: none."""

    drain: float = 0.0
    """Seconds for which questions are still answered at the end."""


async def serve(origins: Origins, wish: Wish) -> None:
    """Until SIGINT or SIGTERM. Raises DoorError where a port is taken."""
    store, settings = Store(), wish.settings
    _put_machine(store, origins, wish.machine_addresses)
    intake = Intake(store, list(origins.sources(settings, watch=True)))
    state = State(store, settings)
    readers = {kind.resource.kind: reader(kind) for kind in JUDGED}
    limits = Limits()
    async with _certificates(origins, wish) as tending:
        await tending.look()
        figures = Figures(state, tending.shown)
        desk = Desk(state, Judge(state, readers, _sight(origins, wish)), figures, limits)
        public = Door(*wish.listen, "--listen", tending.shown.context)
        admin = Door(*wish.admin, "--admin")
        async with (
            opened(desk.admin(), admin, limits) as asked,
            opened(desk.public(), public, limits) as answering,
        ):
            log.info("answering on %s:%s; admin on %s:%s", *answering, *asked)
            await _until_told(desk, state.follow(intake.batches()), tending, wish.drain)


async def _until_told(
    desk: Desk, story: Coroutine[None, None, None], tending: Tending, drain: float
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(story), group.create_task(tending.run())]
        await stop.wait()
        desk.is_stopping = True
        log.info("stopping; answering for %s more seconds", drain)
        await asyncio.sleep(drain)
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def _certificates(origins: Origins, wish: Wish) -> AsyncIterator[Tending]:
    if wish.files is not None:
        yield Tending(Shown(wish.files))
        return
    keeping = Keeping(wish.settings.state_dir / "webhook", wish.service.names)
    shown = Shown(keeping.files)
    if origins.cluster is None or not wish.configuration:
        yield Tending(shown, keeping)
        return
    async with Client(origins.cluster.access) as client:
        yield Tending(shown, keeping, Announcing(client, wish.configuration, wish.service))


def _put_machine(store: Store, origins: Origins, addresses: Sequence[str]) -> None:
    """The pod of a webhook is not the machine that serves, where a cluster is served."""
    if addresses:
        store.put(machine_of(addresses))
    elif origins.cluster is None:
        store.put(this_machine())


def _sight(origins: Origins, wish: Wish) -> Sight:
    if origins.cluster is None:
        return Sight()
    is_any_machine = not (wish.machine_addresses or wish.settings.load_balancer_addresses)
    unknown = OF_A_NODE if is_any_machine else OF_A_NODE - {Because.LOAD_BALANCER_PENDING}
    return Sight(unknown, sees_only_named_secrets=True)
