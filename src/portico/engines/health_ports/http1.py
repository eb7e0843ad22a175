"""As much of HTTP/1.1 as a health check needs: bytes in, bytes out."""

from http import HTTPStatus
from typing import Final, NamedTuple

from portico.engines.health_ports.answers import Answer

LONGEST_HEAD: Final = 8192
"""Bytes of a request, with the empty line."""

BAD_REQUEST: Final = Answer(HTTPStatus.BAD_REQUEST, {}, b"{}\n")
TOO_LONG: Final = Answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, {}, b"{}\n")


class Request(NamedTuple):
    """`stays`: the connection may be used for another request."""

    method: str
    path: str
    stays: bool


def parse(head: bytes) -> Request | None:
    """None for what is no request. The head ends with the empty line."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
        return None
    fields = dict[str, str]()
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name:
            return None
        fields[name.lower()] = value.strip().lower()
    return Request(words[0], words[1].partition("?")[0], _stays(words[2], fields))


def render(answer: Answer, *, is_head: bool = False, stays: bool = False) -> bytes:
    """The whole response. A HEAD gets everything but the body."""
    headers = {
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
        **answer.headers,
        "Content-Length": str(len(answer.body)),
        "Connection": "keep-alive" if stays else "close",
    }
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    lines += (f"{name}: {value}" for name, value in headers.items())
    head = "\r\n".join((*lines, "", "")).encode("ascii")
    return head if is_head else head + answer.body


def _stays(version: str, fields: dict[str, str]) -> bool:
    if fields.get("content-length", "0") != "0" or "transfer-encoding" in fields:
        return False  # nobody reads bodies here
    if version == "HTTP/1.0":
        return fields.get("connection") == "keep-alive"
    return fields.get("connection") != "close"
