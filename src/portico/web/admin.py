"""The admin server: /livez /readyz /metrics /plan /status /explain."""

import ipaddress
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from aiohttp import web

from portico.explain.question import Question, parse_question
from portico.explain.request import RequestError

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HOST: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::\d+)?")

PATHS: Final = ("/livez", "/readyz", "/metrics", "/plan", "/status", "/explain?url=…&from=…")


class Asked(Protocol):
    """Who answers."""

    @property
    def is_ready(self) -> bool: ...
    def plan_document(self) -> Mapping[str, object]: ...
    async def explanation(self, question: Question) -> Mapping[str, object]: ...
    async def status(self) -> Mapping[str, object]: ...


Metrics = Callable[[], Awaitable[bytes]]


def build(asked: Asked, metrics: Metrics, *, only_local: bool) -> web.Application:
    """The application; with `only_local`, requests for other names than this machine's are refused.

    Otherwise a page in a browser on this machine could read it by DNS rebinding.
    """
    server = _Server(asked, metrics)
    application = web.Application(middlewares=[_local_names] if only_local else [])
    application.add_routes(
        [
            web.get("/", server.index),
            web.get("/livez", server.livez),
            web.get("/healthz", server.livez),
            web.get("/readyz", server.readyz),
            web.get("/metrics", server.metrics),
            web.get("/plan", server.plan),
            web.get("/status", server.status),
            web.get("/explain", server.explain),
        ]
    )
    return application


class _Server:
    def __init__(self, asked: Asked, metrics: Metrics) -> None:
        self._asked = asked
        self._metrics = metrics

    async def index(self, request: web.Request) -> web.Response:
        return web.Response(text="\n".join(("Portico", *PATHS, "")))

    async def livez(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(self, request: web.Request) -> web.Response:
        if self._asked.is_ready:
            return web.Response(text="ok\n")
        return web.Response(status=503, text="the first plan is not live yet, or the end is near\n")

    async def metrics(self, request: web.Request) -> web.Response:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return web.Response(body=await self._metrics(), headers={"Content-Type": kind})

    async def plan(self, request: web.Request) -> web.Response:
        return _json(self._asked.plan_document())

    async def status(self, request: web.Request) -> web.Response:
        return _json(await self._asked.status())

    async def explain(self, request: web.Request) -> web.Response:
        query = request.query
        if "url" not in query:
            text = "expected /explain?url=http://HOST/PATH or ?url=tcp://ADDRESS:PORT&from=CLIENT\n"
            return web.Response(status=400, text=text)
        try:
            wanted = parse_question(
                query["url"],
                query.get("method", "GET"),
                query.getall("header", []),
                query.get("from", ""),
            )
        except RequestError as error:
            return web.Response(status=400, text=f"{error}\n")
        return _json(await self._asked.explanation(wanted))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that name or address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


@web.middleware
async def _local_names(request: web.Request, handler: Next) -> web.StreamResponse:
    name = _HOST.fullmatch(request.headers.get("Host", ""))
    if not name or (name[1].lower() != "localhost" and not _is_address(name[1].strip("[]"))):
        return web.Response(status=403, text="ask by address or as localhost\n")
    return await handler(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _json(document: Mapping[str, object]) -> web.Response:
    text = json.dumps(document, indent=2, ensure_ascii=True) + "\n"
    return web.Response(text=text, content_type="application/json")
