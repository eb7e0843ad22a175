"""The question of a check, and its answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.sources.health.answer import LONGEST, Answer, NotHTTPError, question, read_answer

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("address", "path", "first_lines"),
    [
        ("192.0.2.1", "/healthz", "GET /healthz HTTP/1.1\r\nHost: 192.0.2.1:80\r\n"),
        ("2001:db8::1", "/", "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n"),
        ("192.0.2.1", "/a?b=c&d=%20", "GET /a?b=c&d=%20 HTTP/1.1\r\n"),
        ("192.0.2.1", "/x y\r\nEvil: 1", "GET /x%20y%0D%0AEvil:%201 HTTP/1.1\r\n"),
        ("192.0.2.1", "/ü", "GET /%C3%BC HTTP/1.1\r\n"),
    ],
)
def test_question(address, path, first_lines):
    text = question(address, 80, path).decode()
    assert text.startswith(first_lines)
    assert text.endswith("\r\n\r\n")
    assert text.count("\r\n") == 4


@pytest.mark.parametrize(
    ("received", "answer"),
    [
        (OK + b"Content-Length: 2\r\n\r\nok", Answer(200, may_go_on=True)),
        (OK + b"CONTENT-LENGTH:2 \r\n\r\nok", Answer(200, may_go_on=True)),
        (OK + b"Content-Length: 2\r\n\r\no", Answer(200, may_go_on=False)),
        (OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1", Answer(200, may_go_on=False)),
        (OK + b"Content-Length: 2\r\nConnection: close\r\n\r\nok", Answer(200, may_go_on=False)),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Answer(200, may_go_on=False)),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", Answer(200, may_go_on=False)),
        (b"HTTP/1.1 503\r\n\r\n", Answer(503, may_go_on=False)),
        (OK, None),
        (b"HT", None),
        (b"", None),
    ],
)
def test_answer(received, answer):
    assert read_answer(received) == answer


@pytest.mark.parametrize(
    "received",
    [
        b"SSH-2.0-OpenSSH",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"\r\n\r\n",
        b"HTTP/1.1 " + b"x" * LONGEST,
    ],
)
def test_what_is_not_http(received):
    with pytest.raises(NotHTTPError):
        read_answer(received)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: OK + tail))
def test_no_bytes_do_harm(received):
    try:
        answer = read_answer(received)
    except NotHTTPError:
        return
    assert answer is None or 100 <= answer.status <= 599
