"""A request as it arrived at the backend, which is what shows what a proxy did to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Seen:
    """One request; `path` and `query` are raw, header names are in lower case."""

    name: str
    method: str
    path: str
    query: str
    host: str
    headers: Mapping[str, str]
    client: str
    body_bytes: int
    http: str

    def as_json(self) -> str:
        """Indented for people. Bytes that are not UTF-8 appear as lone surrogate escapes."""
        return json.dumps(asdict(self), indent=2) + "\n"


async def see(name: str, request: web.Request) -> Seen:
    """Reads the body to its end, holding one chunk at a time."""
    # The peer is asked first: a socket that closed during the body has none.
    client = _peer(request)
    path, _, query = request.raw_path.partition("?")
    return Seen(
        name=name,
        method=request.method,
        path=path,
        query=query,
        host=request.headers.get("Host", ""),
        headers=_joined(request),
        client=client,
        body_bytes=await _drain(request),
        http=f"{request.version.major}.{request.version.minor}",
    )


def _peer(request: web.Request) -> str:
    match request.get_extra_info("peername"):
        case (str(ip), int(port), *_):
            return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
        case _:
            return ""


def _joined(request: web.Request) -> dict[str, str]:
    values_by_name: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        values_by_name.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in values_by_name.items()}


async def _drain(request: web.Request) -> int:
    total = 0
    async for chunk in request.content.iter_any():
        total += len(chunk)
    return total
