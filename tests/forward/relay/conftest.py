"""A server with one pod, and carriages to it in every form."""

from contextlib import AsyncExitStack

import pytest

from portico.forward.relay.pod_carriage import PodCarriage
from portico.kube.config.access import Access, Trust
from portico.kube.config.server import parse_server
from portico.kube.http.client import Client
from portico.kube.streams.forms import Form, Pod
from portico.kube.streams.settings import Settings
from support.api_server import running_api_server
from support.kubelet.apps import running_apps
from support.kubelet.workloads import pod


@pytest.fixture(scope="session")
def _apps():
    with running_apps() as apps:
        yield apps


@pytest.fixture
def server(_apps):
    with running_api_server(tls=True) as ours:
        ours.terms.grace = 0.2  # for the tests' sake
        ours.run(pod("web"), _apps.start("web"))
        yield ours


@pytest.fixture(params=[Form.WEBSOCKET, Form.SPDY])
def form(request):
    return request.param


class Opener:
    """Opens carriages that are closed with the test."""

    def __init__(self, server, stack):
        self.server, self._stack = server, stack
        self.lost = []

    async def __call__(self, name="web", **settings):
        client = await self.client()
        told = Settings(**settings)
        carriage = PodCarriage(client, Pod("default", name), told, self.lost.append)
        await carriage.open()
        self._stack.push_async_callback(carriage.close)
        return carriage

    async def client(self):
        # By its address: asyncio loses a socket if a race of addresses is cancelled at its end.
        server = parse_server(f"https://127.0.0.1:{self.server.port}")
        access = Access(server, Trust(ca_data=self.server.authority, server_name="localhost"))
        return await self._stack.enter_async_context(Client(access))


@pytest.fixture
async def opened(server):
    async with AsyncExitStack() as stack:
        yield Opener(server, stack)
