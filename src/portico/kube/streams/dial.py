"""From a client to a session with a pod, in one of the forms."""

import base64
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct

from portico.kube.http.client import Client
from portico.kube.http.errors import GarbledError
from portico.kube.http.pipe import Pipe
from portico.kube.http.request import Patience
from portico.kube.http.response import Response
from portico.kube.streams import forms
from portico.kube.streams.channel_stream import ChannelStream
from portico.kube.streams.forms import Form, Pod
from portico.kube.streams.pod_stream import HalfClose
from portico.kube.streams.session import Session
from portico.kube.streams.stream import Receiver
from portico.kube.streams.websocket import WebSocket, accept_of
from portico.kube.streams.wrapping import Bare, Tunnel

PATIENCE: Final = Patience(connect=15.0, answer=30.0)
"""The API server waits for kubelet, and kubelet for the runtime."""


class Dialling(Struct, frozen=True):
    """What all connections to one pod have in common; `room` is memory that is read into."""

    client: Client
    pod: Pod
    half_close: HalfClose
    room: memoryview
    on_news: Callable[[], None]


@asynccontextmanager
async def dial_session(dialling: Dialling, form: Form) -> AsyncIterator[Session]:
    """In WEBSOCKET or SPDY. Raises KubeError, and AnswerError for what is no 101."""
    key = _new_key()
    is_tunnel = form is Form.WEBSOCKET
    pod = dialling.pod
    request = (
        forms.tunnel_request(pod, key, PATIENCE) if is_tunnel else forms.spdy_request(pod, PATIENCE)
    )
    async with dialling.client.upgrade(request) as (pipe, response, early):
        if is_tunnel:
            _check(response, key, forms.TUNNEL_PROTOCOL)
        wrapping = Tunnel(_new_websocket()) if is_tunnel else Bare()
        session = Session(wrapping, dialling.room, dialling.half_close, dialling.on_news)
        _hand_over(pipe, session, early)
        try:
            yield session
        finally:
            session.close()


@asynccontextmanager
async def dial_channels(
    dialling: Dialling, port: int, receiver: Receiver
) -> AsyncIterator[ChannelStream]:
    """A connection of its own to the port. Raises KubeError, and AnswerError for what is no 101."""
    key = _new_key()
    request = forms.channel_request(dialling.pod, port, key, PATIENCE)
    async with dialling.client.upgrade(request) as (pipe, response, early):
        _check(response, key, forms.CHANNEL_PROTOCOL)
        stream = ChannelStream(_new_websocket(), receiver, dialling.room)
        _hand_over(pipe, stream, early)
        try:
            yield stream
        finally:
            stream.close()


def _new_key() -> str:
    return base64.b64encode(os.urandom(16)).decode()


def _new_websocket() -> WebSocket:
    # Imported here: only where there is a WebSocket.
    from portico.kube.streams.masking import apply_mask

    return WebSocket(apply_mask, os.urandom)


def _check(response: Response, key: str, protocol: str) -> None:
    """Raises GarbledError where the server does not speak what we asked for (RFC 6455, 4.1)."""
    headers = response.headers
    if headers.get("sec-websocket-accept", "") != accept_of(key):
        raise GarbledError("the server did not understand the handshake of a WebSocket")
    if (chosen := headers.get("sec-websocket-protocol", "")) != protocol:
        raise GarbledError(f"the server speaks {chosen or 'nothing'!r} and not {protocol!r}")


def _hand_over(pipe: Pipe, heir: Session | ChannelStream, early: bytes) -> None:
    transport, received, has_ended = pipe.hand_over(heir)
    heir.connection_made(transport)
    if content := early + received:
        heir.feed(memoryview(content))
    if has_ended:
        heir.connection_lost(None)
