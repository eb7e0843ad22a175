"""An API server of the test's own, and a client of it."""

import pytest

from kube.api.follower import access
from portico.kube.http.client import Client
from support.api_server import StreamedLists, running_api_server


@pytest.fixture
def server():
    with running_api_server(bookmark_every=0.2) as running:
        yield running


@pytest.fixture
async def client(server):
    async with Client(access(server)) as open_client:
        yield open_client


@pytest.fixture(params=list(StreamedLists))
def any_server(request):
    with running_api_server(bookmark_every=0.2, streamed_lists=request.param) as running:
        yield running
