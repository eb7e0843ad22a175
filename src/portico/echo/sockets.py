"""The WebSocket side: what comes in goes out."""

from typing import Final

from aiohttp import WSMsgType, web

from portico.echo.endpoints import Refusal
from portico.echo.underway import Underway

MAX_MESSAGE: Final = 16 * 1024**2

NOT_A_SOCKET: Final = Refusal(
    "this path speaks WebSocket and the request is no handshake",
    "open it as ws://, or keep the Upgrade and Connection headers when proxying",
)


def is_handshake(request: web.Request) -> bool:
    return request.method == "GET" and bool(web.WebSocketResponse().can_prepare(request))


async def converse(request: web.Request, underway: Underway) -> web.StreamResponse:
    """Repeats text and binary messages of up to 16 MiB until either side closes."""
    # aiohttp refuses a message as long as its limit, hence the one more. It also answers pings.
    socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE + 1)
    await socket.prepare(request)
    with underway.holding(socket):
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await socket.send_bytes(message.data)
    return socket
