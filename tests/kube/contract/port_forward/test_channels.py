"""The legacy form, which kubectl does not speak: a WebSocket with two channels for each port."""

import base64
import ssl
from contextlib import AsyncExitStack

import aiohttp
import pytest
import yaml

from kube.contract.plain import Plain
from support.kubelet.app import GREETING
from support.kubelet.apps import GREETINGS, HTTP, ORDERS

FORMS = ("v4.channel.k8s.io", "v4.base64.channel.k8s.io")


class Channels:
    """A client of one form."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, form: str) -> None:
        self._socket = socket
        self._is_text = "base64" in form

    async def send(self, channel: int, content: bytes) -> None:
        if self._is_text:
            await self._socket.send_str(f"{channel}{base64.b64encode(content).decode()}")
        else:
            await self._socket.send_bytes(bytes([channel]) + content)

    async def receive(self) -> tuple[int, bytes] | None:
        """A channel and what came on it; None at the end."""
        told = await self._socket.receive(30)
        if told.type == aiohttp.WSMsgType.TEXT:
            return int(told.data[0]), base64.b64decode(told.data[1:])
        return (told.data[0], told.data[1:]) if told.type == aiohttp.WSMsgType.BINARY else None


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
async def open_channels(place, form):
    cluster = yaml.safe_load(place.kubeconfig.read_text())["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    async with (
        aiohttp.ClientSession(headers=Plain(place.kubeconfig).headers) as session,
        AsyncExitStack() as stack,
    ):

        async def start(pod, *ports):
            path = f"/api/v1/namespaces/{place.namespace}/pods/{pod}/portforward"
            url = cluster["server"] + path + "?" + "&".join(f"ports={port}" for port in ports)
            connected = session.ws_connect(url, protocols=[form], ssl=context)
            return Channels(await stack.enter_async_context(connected), form)

        yield start


async def test_each_channel_begins_with_its_port(place, open_channels):
    place.start("shop-1")
    channels = await open_channels("shop-1", HTTP, ORDERS)
    told = [await channels.receive() for _ in range(4)]
    assert told == [
        (0, HTTP.to_bytes(2, "little")),
        (1, HTTP.to_bytes(2, "little")),
        (2, ORDERS.to_bytes(2, "little")),
        (3, ORDERS.to_bytes(2, "little")),
    ]


async def test_a_conversation(place, open_channels):
    place.start("shop-1")
    channels = await open_channels("shop-1", GREETINGS)
    for _ in range(2):
        await channels.receive()
    assert await channels.receive() == (0, GREETING + b"shop-1\n")
    await channels.send(0, b"and you?")
    assert await channels.receive() == (0, b"AND YOU?")


async def test_the_end_of_one_is_the_end_of_all(place, open_channels):
    place.start("shop-1")
    channels = await open_channels("shop-1", HTTP, ORDERS)
    for _ in range(4):
        await channels.receive()
    await channels.send(2, b"late 0\n")
    assert await channels.receive() == (2, b"late\n")
    assert await channels.receive() is None


async def test_a_refusal_comes_on_the_other_channel(server, place, open_channels):
    place.start("shop-1")
    channels = await open_channels("shop-1", 9)
    for _ in range(2):
        await channels.receive()
    told = await channels.receive()
    assert told[0] == 1
    assert b"error forwarding port 9 to pod " in told[1]
    assert b"connect: connection refused" in told[1]
    assert await channels.receive() is None


async def test_without_ports(place, open_channels):
    place.start("shop-1")
    with pytest.raises(aiohttp.WSServerHandshakeError) as no:
        await open_channels("shop-1")
    assert no.value.status == 400
