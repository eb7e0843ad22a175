"""What is answered on the webhook's port: AdmissionReviews, and whether it can answer them.

Where there is no verdict, the answer is an error of HTTP, and the API server does what the failure
policy of its configuration says. So that is written in one place only.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Final

from aiohttp import web

from portico.webhook.figures import Figures
from portico.webhook.judge import Judge
from portico.webhook.limits import Limits
from portico.webhook.review import NoReviewError, answer, read_review
from portico.webhook.state import State

log = logging.getLogger("portico")

PATH: Final = "/validate"
JSON: Final = "application/json"

_DURATION: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


class Unanswered(Exception):  # noqa: N818  # no error of anybody here
    """There is no verdict; the status and the text say why."""

    def __init__(self, status: HTTPStatus, reason: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason


class Desk:
    """Takes questions as they come, and no more at a time than it may."""

    def __init__(self, state: State, judge: Judge, figures: Figures, limits: Limits) -> None:
        self._state = state
        self._judge = judge
        self._figures = figures
        self._limits = limits
        self._under_way = 0
        self.is_stopping = False

    def public(self) -> web.Application:
        """What API servers and kubelets ask."""
        application = web.Application(client_max_size=self._limits.body)
        application.add_routes([web.post(PATH, self.review), *self._health()])
        return application

    def admin(self) -> web.Application:
        """What people and Prometheus ask."""
        application = web.Application()
        application.add_routes([web.get("/metrics", self.metrics), *self._health()])
        return application

    def _health(self) -> list[web.RouteDef]:
        return [web.get("/livez", self.livez), web.get("/readyz", self.readyz)]

    async def livez(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(self, request: web.Request) -> web.Response:
        if self.is_stopping:
            return web.Response(status=503, text="stopping\n")
        if not self._state.is_ready:
            return web.Response(status=503, text="not everything is known yet\n")
        return web.Response(text="ok\n")

    async def metrics(self, request: web.Request) -> web.Response:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return web.Response(body=self._figures.exposition(), headers={"Content-Type": kind})

    async def review(self, request: web.Request) -> web.Response:
        self._under_way += 1
        try:
            return await self._review(request)
        except Unanswered as why:
            self._figures.unanswered(why.reason)
            return web.Response(status=why.status, text=f"{why}\n")
        finally:
            self._under_way -= 1

    async def _review(self, request: web.Request) -> web.Response:
        loop = asyncio.get_running_loop()
        began = loop.time()
        body = await self._body(request)
        try:
            question = read_review(body)
        except NoReviewError as error:
            raise Unanswered(HTTPStatus.BAD_REQUEST, "malformed", f"the body {error}") from None
        ruling = self._judge.rule(question)
        self._figures.answered(question, ruling, loop.time() - began)
        return web.Response(body=answer(question, ruling), content_type=JSON)

    async def _body(self, request: web.Request) -> bytes:
        """Raises Unanswered where it is too large, too slow, or one too many."""
        if not self._state.is_ready:
            text = "not everything is known yet"
            raise Unanswered(HTTPStatus.SERVICE_UNAVAILABLE, "unready", text)
        if self._under_way > self._limits.questions:
            text = f"more than {self._limits.questions} questions at a time"
            raise Unanswered(HTTPStatus.SERVICE_UNAVAILABLE, "busy", text)
        try:
            async with asyncio.timeout(self._patience(request)):
                return await request.read()
        except web.HTTPRequestEntityTooLarge:
            text = f"a body of more than {self._limits.body} bytes"
            raise Unanswered(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "large", text) from None
        except TimeoutError:
            raise Unanswered(HTTPStatus.REQUEST_TIMEOUT, "late", "the body is too slow") from None
        except (web.RequestPayloadError, ConnectionError):
            raise Unanswered(HTTPStatus.BAD_REQUEST, "broken", "the body breaks off") from None

    def _patience(self, request: web.Request) -> float:
        """An API server says how long it waits, as in `?timeout=10s`."""
        told = request.query.get("timeout", "")
        number = told.rstrip("ms")
        unit = _DURATION.get(told[len(number) :])
        if unit is None or not (number.isascii() and number.isdecimal()):
            return self._limits.patience
        waits = min(int(number[:9]) * unit, 3600.0) - self._limits.margin
        return min(self._limits.patience, max(waits, self._limits.margin))
