"""The little of HTTP that a check needs: its question, and whether the answer is 200."""

import re
from typing import Final, NamedTuple
from urllib.parse import quote

LONGEST: Final = 1 << 16
"""Bytes of an answer's head; more is no answer."""

_HEAD: Final = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])[ \r]")
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_CLOSE: Final = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)


class NotHTTPError(Exception):
    """Whoever answers speaks another protocol."""


class Answer(NamedTuple):
    """`may_go_on`: the connection can be asked again."""

    status: int
    may_go_on: bool


def question(address: str, port: int, path: str) -> bytes:
    """A GET. Whatever the path holds, it stays within its line."""
    host = f"[{address}]" if ":" in address else address
    target = quote(path, safe="/?&=:;,@!$'()*+~%") or "/"
    head = f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: portico\r\n\r\n"
    return head.encode("ascii")


def read_answer(received: bytes) -> Answer | None:
    """None while the head is not complete. Raises NotHTTPError."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        start = received[:5]
        if len(received) > LONGEST or not b"HTTP/".startswith(start):
            raise NotHTTPError
        return None
    head = received[: end + 4]
    line = _HEAD.match(head)
    if line is None:
        raise NotHTTPError
    length = _LENGTH.search(head)
    # Whoever wants to go on has said all of its answer at once, and how much that is.
    is_whole = length is not None and len(received) == end + 4 + int(length[1])
    may_go_on = is_whole and line[1] == b"1" and not _CLOSE.search(head)
    return Answer(int(line[2]), may_go_on)
