"""One handler for every path and method: read the request, then answer as its endpoint says."""

import asyncio
from http import HTTPStatus
from typing import Final, assert_never

from aiohttp import web
from aiohttp.typedefs import Handler

from portico.echo.answers import download, health, refuse, report, stream
from portico.echo.endpoints import (
    Download,
    Endpoint,
    Events,
    Health,
    Refusal,
    Report,
    Socket,
    endpoint_of,
)
from portico.echo.seen import see
from portico.echo.sockets import NOT_A_SOCKET, converse, is_handshake
from portico.echo.underway import Underway

NAME: Final = web.AppKey("NAME", str)
UNDERWAY: Final = web.AppKey("UNDERWAY", Underway)


def build(name: str) -> web.Application:
    """The backend called `name`; raises ValueError when no header could carry that name."""
    if not name or not name.isprintable():
        raise ValueError(f"{name!r} is not a name for a backend: use one line of visible text")
    # A middleware that calls no route: routes would miss the target of `OPTIONS *`.
    app = web.Application(middlewares=[_handle])
    app[NAME] = name
    app[UNDERWAY] = Underway()
    app.on_response_prepare.append(_sign)
    return app


@web.middleware
async def _handle(request: web.Request, handler: Handler) -> web.StreamResponse:
    task = asyncio.current_task()
    assert task is not None
    request.app[UNDERWAY].enter(task)
    path, _, query = request.raw_path.partition("?")
    endpoint = endpoint_of(path, query)
    try:
        if isinstance(endpoint, Socket) and is_handshake(request):
            return await converse(request, request.app[UNDERWAY])
        return await _answer(request, endpoint)
    except ConnectionResetError:
        # The client has left. aiohttp drops this answer, and would log an exception as our bug.
        return web.Response(status=499)


async def _answer(request: web.Request, endpoint: Endpoint) -> web.StreamResponse:
    # The body is read first whatever the answer, so that the connection can be used again.
    seen = await see(request.app[NAME], request)
    match endpoint:
        case Report():
            return await report(seen, endpoint)
        case Download():
            return await download(request, endpoint)
        case Events():
            return await stream(request, seen, endpoint)
        case Health():
            return health()
        case Socket():
            return refuse(NOT_A_SOCKET)
        case Refusal():
            return refuse(endpoint)
        case _:
            assert_never(endpoint)


async def _sign(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Echo-Name"] = request.app[NAME]
    if request.app[UNDERWAY].is_settling and response.status != HTTPStatus.SWITCHING_PROTOCOLS:
        # Tells a proxy not to reuse a connection that is about to close.
        response.headers["Connection"] = "close"
        response.force_close()
