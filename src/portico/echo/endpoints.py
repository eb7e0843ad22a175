"""Which behaviour a request asks for, read from its path and query; pure.

An Ingress usually sends its path prefix through, so an endpoint may stand below any prefix:
`/cart/status/503` is `/status/503`. The rightmost match decides. Endpoints without an argument
(`/ws`) count only as the last segment; every path that names no endpoint is a plain one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qs

MAX_BYTES: Final = 10 * 1024**3
MAX_SECONDS: Final = 300
MAX_EVENTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """Answer with the request as it arrived, after `delay` seconds."""

    status: int = 200
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Download:
    """Answer with `size` bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Events:
    """Answer with `total` server-sent events, `interval` seconds apart."""

    total: int
    interval: float


@dataclass(frozen=True, slots=True)
class Socket:
    """Become a WebSocket that repeats what it hears."""


@dataclass(frozen=True, slots=True)
class Health:
    """Say that the backend is up."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request cannot be granted; both parts fit on one line."""

    reason: str
    hint: str


Endpoint = Report | Download | Events | Socket | Health | Refusal


def endpoint_of(path: str, query: str) -> Endpoint:
    """Reads the raw path and the raw query; what is out of range becomes a `Refusal`."""
    segments = path.rstrip("/").split("/")
    if read_query := READER_BY_WORD.get(segments[-1]):
        return read_query(query)
    for word, argument in reversed(list(pairwise(segments))):
        if read_argument := READER_BY_PAIR.get(word):
            return read_argument(argument)
    return Report()


def _status(text: str) -> Endpoint:
    # 1xx are interim answers: a server cannot end a request with one (RFC 9110, 15.2).
    code = _whole(text, most=599)
    if code is None or code < 200:
        return _refuse(text, "a status from 200 to 599", "/status/503")
    return Report(status=code)


def _delay(text: str) -> Endpoint:
    seconds = _seconds(text)
    if seconds is None:
        return _refuse(text, f"a number of seconds from 0 to {MAX_SECONDS}", "/delay/1.5")
    return Report(delay=seconds)


def _bytes(text: str) -> Endpoint:
    size = _whole(text, most=MAX_BYTES)
    if size is None:
        return _refuse(text, f"a number of bytes from 0 to {MAX_BYTES}", "/bytes/1048576")
    return Download(size)


def _stream(query: str) -> Endpoint:
    values = parse_qs(query, keep_blank_values=True)
    count, interval = values.get("count", ["10"])[-1], values.get("interval", ["1"])[-1]
    total, seconds = _whole(count, most=MAX_EVENTS), _seconds(interval)
    if total is None:
        return _refuse(count, f"a count from 0 to {MAX_EVENTS}", "/stream?count=10")
    if seconds is None:
        return _refuse(
            interval, f"an interval in seconds from 0 to {MAX_SECONDS}", "/stream?interval=0.5"
        )
    return Events(total, seconds)


READER_BY_PAIR: Final[Mapping[str, Callable[[str], Endpoint]]] = {
    "status": _status,
    "delay": _delay,
    "bytes": _bytes,
}

READER_BY_WORD: Final[Mapping[str, Callable[[str], Endpoint]]] = {
    "stream": _stream,
    "ws": lambda _query: Socket(),
    "healthz": lambda _query: Health(),
}


def _whole(text: str, *, most: int) -> int | None:
    # No allowed number has more digits, and int() is slow on very long ones.
    if re.fullmatch(r"[0-9]{1,11}", text) and (number := int(text)) <= most:
        return number
    return None


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    # "nan" and "inf" are floats too, and fail this comparison.
    return seconds if 0 <= seconds <= MAX_SECONDS else None


def _refuse(text: str, wanted: str, example: str) -> Refusal:
    return Refusal(f"{text[:40]!r} is not {wanted}", f"try {example}")
