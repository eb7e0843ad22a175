"""Forwards for programs: tests, notebooks, tools."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from msgspec import Struct

from portico.forward.errors import USAGE, ForwardError
from portico.forward.forwards import forwarding
from portico.forward.in_cluster import in_cluster
from portico.forward.kinds import parse_target
from portico.forward.options import Options, Request
from portico.forward.places import parse_places
from portico.forward.ports import Asked, parse_port
from portico.forward.told import Listening, Told
from portico.kube.config.choose import access
from portico.kube.config.errors import ConfigError
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.kube.streams.settings import Settings

LOOPBACK = "127.0.0.1"


class Opened(Struct, frozen=True):
    """Where to connect. `host`, `port` and `address` are of the first port that was asked for."""

    listening: tuple[Listening, ...]

    @property
    def host(self) -> str:
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return self.listening[0].local_port

    @property
    def address(self) -> str:
        """As 127.0.0.1:40123, or [::1]:40123."""
        return self.listening[0].address

    @property
    def ports(self) -> tuple[int, ...]:
        """Local ones, in the order in which they were asked for."""
        return tuple(dict.fromkeys(each.local_port for each in self.listening))


@asynccontextmanager
async def open(  # noqa: A001, PLR0913  # it is read as forward.open, and all are by name
    target: str,
    *ports: int | str,
    namespace: str = "",
    context: str = "",
    kubeconfig: str | Path = "",
    client: Client | None = None,
    address: str = LOOPBACK,
    ready: bool = True,
    pods: int = 1,
    patience: float = 60.0,
    connect_patience: float = 10.0,
    tell: Callable[[Told], None] = lambda _: None,
) -> AsyncIterator[Opened]:
    """Ports of a target, for as long as the block runs; it begins when a connection would be
    carried.

    `target` is as in `portico forward`: svc/web, deploy/api, NAME of a pod. A port is a number or a
    name, on any free port here, or LOCAL:REMOTE. Without ports: all that the target declares. With
    `ready`, only pods that are ready are taken, also at the start; connections are spread over
    so many `pods`, 0 for all. `patience` are seconds for the start, `connect_patience` those that
    a connection waits for a pod later. `tell` hears what happens, on the event loop. A `client`
    that is given is not closed, and the options that say which cluster is meant do not count.

    Raises ForwardError, also for what cannot be understood. What is raised within the block comes
    out as it is.
    """
    request = Request(
        parse_target(target),
        tuple(map(_port, ports)),
        namespace,
        places=parse_places([address]),
        pods=pods,
    )
    options = Options(running_timeout=patience, connect_timeout=connect_patience, only_ready=ready)
    async with AsyncExitStack() as stack:
        if client is None:
            wish = Wish(kubeconfig=str(kubeconfig), context=context, namespace=namespace)
            client = await stack.enter_async_context(await _client(wish))
        world = in_cluster(client, namespace or client.access.namespace, Settings())
        forwards = await stack.enter_async_context(forwarding(world, [request], options, tell))
        yield Opened(tuple(each for forward in forwards for each in forward.listening))


def _port(port: int | str) -> Asked:
    asked = parse_port(str(port))
    return Asked(0, asked.remote) if asked.local is None else asked


async def _client(wish: Wish) -> Client:
    try:
        found = await asyncio.to_thread(access, wish)
    except ConfigError as error:
        raise ForwardError(error.reason, error.hint, USAGE) from None
    return Client(found)
