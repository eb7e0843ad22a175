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


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def tls(request):
    return request.param


@pytest.fixture
def server(tls, _apps):
    with running_api_server(tls=tls) as ours:
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
        access = Access(parse_server(self.server.url), Trust(ca_data=self.server.authority))
        client = await self._stack.enter_async_context(Client(access))
        carriage = PodCarriage(client, Pod("default", name), Settings(**settings), self.lost.append)
        await carriage.open()
        self._stack.push_async_callback(carriage.close)
        return carriage


@pytest.fixture
async def opened(server):
    async with AsyncExitStack() as stack:
        yield Opener(server, stack)
