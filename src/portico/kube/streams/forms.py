"""The ways to ask for streams to a pod, and which is tried first."""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from portico.kube.http.request import Patience, Request

WEBSOCKETS: Final = "KUBECTL_PORT_FORWARD_WEBSOCKETS"
"""kubectl's variable: "false" has it speak SPDY only, anything else changes nothing."""


class Form(StrEnum):
    """How the streams travel."""

    WEBSOCKET = "websocket"
    """SPDY in a WebSocket (KEP-4006), since 1.31; passes through what knows of HTTP only."""
    SPDY = "spdy"
    """SPDY after an upgrade, all versions."""
    CHANNELS = "channels"
    """A WebSocket for every connection, without half-close; other clients' way, and the last."""


class Pod(Struct, frozen=True):
    """Whose ports they are."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def path(self) -> str:
        namespace, name = quote(self.namespace, safe=""), quote(self.name, safe="")
        return f"/api/v1/namespaces/{namespace}/pods/{name}/portforward"


TUNNEL_PROTOCOL: Final = "SPDY/3.1+portforward.k8s.io"
CHANNEL_PROTOCOL: Final = "v4.channel.k8s.io"
SPDY_PROTOCOL: Final = "portforward.k8s.io"


def order(
    forced: Form | None, remembered: Form | None, environ: Mapping[str, str] = os.environ
) -> list[Form]:
    """To be tried one after the other."""
    if forced:
        return [forced]
    forms = [Form.WEBSOCKET, Form.SPDY]
    if environ.get(WEBSOCKETS) == "false":
        forms.remove(Form.WEBSOCKET)
    if remembered in forms:
        forms.sort(key=lambda form: form is not remembered)
    return forms


def spdy_request(pod: Pod, patience: Patience) -> Request:
    """POST, which needs the verb `create` of pods/portforward."""
    headers = (
        ("Connection", "Upgrade"),
        ("Upgrade", "SPDY/3.1"),
        ("X-Stream-Protocol-Version", SPDY_PROTOCOL),
    )
    return Request("POST", pod.path, headers=headers, patience=patience)


def tunnel_request(pod: Pod, key: str, patience: Patience) -> Request:
    """GET, which needs the verb `get`, and since 1.35 `create` as well."""
    headers = _websocket_headers(key, TUNNEL_PROTOCOL)
    return Request("GET", pod.path, headers=headers, patience=patience)


def channel_request(pod: Pod, port: int, key: str, patience: Patience) -> Request:
    query, headers = (("ports", str(port)),), _websocket_headers(key, CHANNEL_PROTOCOL)
    return Request("GET", pod.path, query, headers=headers, patience=patience)


def _websocket_headers(key: str, protocol: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Protocol", protocol),
    )
