"""From a request to forward ports to a session: which form it asks for, and the answer to it."""

import asyncio
from typing import Any, NamedTuple

from aiohttp import web

from support.kubelet import websocket
from support.kubelet.channels import Channels
from support.kubelet.nodes import Nodes, Seen
from support.kubelet.runtime import Runtime
from support.kubelet.sandbox import Sandbox
from support.kubelet.spdy.session import Session
from support.kubelet.terms import Terms
from support.kubelet.wires import Messages, Tunnel, Wire

PROTOCOL = "portforward.k8s.io"
TUNNEL = f"SPDY/3.1+{PROTOCOL}"
BINARY, BASE64 = "v4.channel.k8s.io", "v4.base64.channel.k8s.io"


class Upgrade(NamedTuple):
    """What a request asks for."""

    form: str
    answer: dict[str, str]
    """Headers that are sent back with 101."""
    ports: tuple[int, ...] = ()
    is_text: bool = False


class NoUpgrade(Exception):  # noqa: N818  # an answer
    """In the words of the node, which are no Status."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def upgrade_of(request: web.BaseRequest, terms: Terms) -> Upgrade | None:
    """None where no upgrade is asked for; raises NoUpgrade."""
    if "upgrade" not in request.headers.get("Connection", "").lower():
        return None
    wanted = request.headers.get("Upgrade", "").lower()
    if wanted == "websocket":
        return _web_socket(request, terms)
    if wanted == "spdy/3.1" and request.method == "POST":
        return _spdy(request)
    return None


async def hand_over(
    request: web.BaseRequest, upgrade: Upgrade, nodes: Nodes, sandbox: Sandbox, user: str
) -> None:
    """The connection is the session's from here on; cancelled when it is lost."""
    async with asyncio.TaskGroup() as dials:
        runtime = Runtime(sandbox, nodes.terms, nodes, dials)
        note = nodes.dialled(sandbox.name)
        if upgrade.form == "channels":
            channels = Channels(runtime, note, upgrade.ports, is_text=upgrade.is_text)
            wire: Wire = Messages(channels, nodes.terms, request.protocol, upgrade.is_text)
        else:
            kind = Tunnel if upgrade.form == "tunnel" else Wire
            wire = kind(Session(runtime, note), nodes.terms, request.protocol)
        nodes.joined(sandbox, wire, Seen(sandbox.name, upgrade.form, user))
        wire.take_over(request.transport, _head(upgrade.answer))
        await asyncio.Event().wait()


def _spdy(request: web.BaseRequest) -> Upgrade:
    offered = _listed(request, "X-Stream-Protocol-Version")
    if offered and PROTOCOL not in offered:
        raise NoUpgrade(
            403, f"unable to upgrade: unable to negotiate protocol: client supports "
            f"[{' '.join(offered)}], server accepts [{PROTOCOL}]",
        )  # fmt: skip
    answer = {"Upgrade": "SPDY/3.1", "X-Stream-Protocol-Version": PROTOCOL}
    return Upgrade("spdy", answer)


def _web_socket(request: web.BaseRequest, terms: Terms) -> Upgrade:
    key, offered = request.headers.get("Sec-WebSocket-Key", ""), _listed(request)
    answer = {"Upgrade": "websocket", "Sec-WebSocket-Accept": websocket.accept_key(key)}
    if TUNNEL in offered and terms.serves_tunnel:
        return Upgrade("tunnel", {**answer, "Sec-WebSocket-Protocol": TUNNEL})
    # What follows is said by the node, which knows the parameter by another name.
    ports = tuple(_ports(request.query.getall("ports", [])))
    chosen = next((each for each in offered if each in (BINARY, BASE64)), "")
    if offered and not chosen:
        raise NoUpgrade(403, f"requested protocol(s) are not supported: {offered}")
    if chosen:
        answer["Sec-WebSocket-Protocol"] = chosen
    return Upgrade("channels", answer, ports, chosen == BASE64)


def _ports(told: list[str]) -> list[int]:
    if not told:
        raise NoUpgrade(400, 'query parameter "port" is required')
    ports = []
    for text in (part for each in told for part in each.split(",")):
        if not text.isdecimal() or int(text) > 65535:
            raise NoUpgrade(400, f'unable to parse "{text}" as a port')
        if int(text) < 1:
            raise NoUpgrade(400, f'port "{text}" must be > 0')
        ports.append(int(text))
    return ports


def _listed(request: web.BaseRequest, name: str = "Sec-WebSocket-Protocol") -> list[str]:
    told = request.headers.getall(name, [])
    return [part.strip() for each in told for part in each.split(",") if part.strip()]


def _head(answer: dict[str, Any]) -> bytes:
    lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade"]
    lines += [f"{name}: {value}" for name, value in answer.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
