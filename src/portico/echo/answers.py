"""The answers that fit in memory, and the ones that are sent piece by piece."""

import asyncio
import json
from typing import Final

from aiohttp import web

from portico.echo.endpoints import Download, Events, Refusal, Report
from portico.echo.seen import Seen

# RFC 9110: 204 and 304 end with their headers, and 205 must not generate content (15.3.6).
BODYLESS: Final = frozenset({204, 205, 304})

# Every download is made of this one block, so its size is the memory one costs.
BLOCK: Final = memoryview(bytes(range(256)) * 1024)


async def report(seen: Seen, asked: Report) -> web.StreamResponse:
    await asyncio.sleep(asked.delay)
    if asked.status in BODYLESS:
        return web.Response(status=asked.status)
    return web.Response(status=asked.status, text=seen.as_json(), content_type="application/json")


def health() -> web.StreamResponse:
    return web.Response(text="ok")


def refuse(refusal: Refusal) -> web.StreamResponse:
    return web.Response(status=400, text=f"{refusal.reason}; {refusal.hint}\n")


async def download(request: web.Request, asked: Download) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    response.content_length = asked.size
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    for _ in range(asked.size // len(BLOCK)):
        await response.write(BLOCK)
    await response.write(BLOCK[: asked.size % len(BLOCK)])
    return response


async def stream(request: web.Request, seen: Seen, asked: Events) -> web.StreamResponse:
    """No `X-Accel-Buffering`: whether a proxy passes events on at once is for it to show."""
    response = web.StreamResponse(headers={"Cache-Control": "no-cache"})
    response.content_type = "text/event-stream"
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    for number in range(1, asked.total + 1):
        if number > 1:
            await asyncio.sleep(asked.interval)
        data = json.dumps({"name": seen.name, "n": number})
        await response.write(f"id: {number}\ndata: {data}\n\n".encode())
    return response
