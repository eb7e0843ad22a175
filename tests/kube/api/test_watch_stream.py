"""However the bytes are cut, the events are the same."""

import json

import pytest

from portico.kube.api.watch_stream import LONGEST, WatchStream
from portico.kube.http.errors import GarbledError

EVENTS = [
    {"type": "ADDED", "object": {"metadata": {"name": "café \n {}"}}},
    {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "7"}}},
    {"type": "DELETED", "object": {"a": [1, {"b": "}\\"}]}},
]
LINES = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in EVENTS)


def told(stream, *pieces):
    events = [event for piece in pieces for event in stream.feed(piece)]
    return [{"type": each.type, "object": json.loads(bytes(each.object))} for each in events]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, len(LINES) - 1, len(LINES)])
def test_any_pieces(size):
    pieces = [LINES[start : start + size] for start in range(0, len(LINES), size)]
    assert told(WatchStream(), *pieces) == EVENTS


def test_an_event_is_told_when_its_line_ends_and_not_before():
    stream = WatchStream()
    assert told(stream, LINES[:-1]) == EVENTS[:2]
    assert told(stream, b"\n") == EVENTS[2:]


def test_empty_lines_and_other_line_ends():
    assert told(WatchStream(), b"\n\r\n" + LINES.replace(b"\n", b"\r\n") + b"\n") == EVENTS


@pytest.mark.parametrize("line", [b"{]\n", b"[]\n", b'{"type":"ADDED"}\n', b"<html>\n", b"\xff\n"])
def test_what_is_no_event(line):
    with pytest.raises(GarbledError, match="no event"):
        WatchStream().feed(line)


def test_a_line_without_end():
    stream, piece = WatchStream(), b"x" * (1 << 22)
    for _ in range(LONGEST // len(piece)):
        stream.feed(piece)
    with pytest.raises(GarbledError, match="more than"):
        stream.feed(piece)
