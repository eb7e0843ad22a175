"""Answers of HTTP/1.1: heads, and bodies in whatever pieces they come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.luajit import play


def test_a_head():
    head = "HTTP/1.1 401 Not so fast\r\nA: b\r\nSet-Cookie:c=d \r\na:\t e : f\r\nEmpty:\r\nbad line"
    fields = [["A", "b"], ["Set-Cookie", "c=d"], ["a", "e : f"], ["Empty", ""]]
    assert play("http_answer", [("parse", head)]) == [[401, fields]]


@pytest.mark.parametrize("head", ["", "nonsense", "HTTP/2 200", "HTTP/1.1 20", "SSH-2.0-OpenSSH"])
def test_what_is_none(head):
    assert play("http_answer", [("parse", head)]) == [None]


@pytest.mark.parametrize(("status", "fields", "extent"), [
    (200, [],                                  "closed"),
    (200, [("Content-Length", "12")],          12),
    (204, [("Content-Length", "12")],          0),
    (304, [("Content-Length", "12")],          0),
    (101, [("Transfer-Encoding", "chunked")],  0),
    (500, [("transfer-encoding", "Chunked")],  "chunked"),
    (500, [("Transfer-Encoding", "gzip")],     None),     # where it ends nobody can say
    (500, [("Content-Length", "-1")],          None),
    (500, [("Content-Length", "1, 1")],        None),
])  # fmt: skip
def test_how_long_the_body_is(status, fields, extent):
    assert play("http_answer", [("extent", status, fields)]) == [extent]


def pieces(text, cuts):
    places = sorted({cut % len(text) for cut in cuts} - {0}) if text else []
    return [text[one:two] for one, two in zip([0, *places], [*places, len(text)], strict=True)]


CUTS = st.lists(st.integers(0, 1000))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abc\r\n0", min_size=1, max_size=40), max_size=4), CUTS)
def test_chunks_in_any_pieces(chunks, cuts):
    said = "".join(f"{len(chunk):x};x=y\r\n{chunk}\r\n" for chunk in chunks) + "0\r\n\r\n"
    [told] = play("http_answer", [("body", "chunked", *pieces(said, cuts))])
    assert told == ["".join(chunks), True]


@settings(max_examples=30, deadline=None)
@given(st.text("ab", min_size=1, max_size=40), CUTS)
def test_a_length_in_any_pieces(text, cuts):
    """What comes behind it belongs to nobody."""
    cut = pieces(text + "more", cuts)
    assert play("http_answer", [("body", len(text), *cut)]) == [[text, True]]


@pytest.mark.parametrize(("extent", "said"), [
    (5,         "abc"),
    ("chunked", "3\r\nabc\r\n"),
    ("chunked", "5\r\nabc"),
    ("chunked", "no\r\nabc\r\n0\r\n\r\n"),
    ("chunked", "3\r\nabcdef"),
])  # fmt: skip
def test_what_is_missing_is_noticed(extent, said):
    [[_, is_whole]] = play("http_answer", [("body", extent, said)])
    assert not is_whole
