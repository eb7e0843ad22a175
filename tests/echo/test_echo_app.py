"""What one request gets back."""

import json

import pytest

from portico.echo import build

GET = "GET {} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"


def body_of(answer: bytes) -> dict:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"X-Echo-Name: cart" in head
    return json.loads(body)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/",                      "/",                    ""),
        ("/a%2Fb/../c//d;e",       "/a%2Fb/../c//d;e",     ""),
        ("/a?",                    "/a",                   ""),
        ("/a?x=1&x=%20?y+z",       "/a",                   "x=1&x=%20?y+z"),
        ("/a%0Ab",                 "/a%0Ab",               ""),
        ("http://other/a?b",       "http://other/a",       "b"),   # absolute form, as sent
    ],
)  # fmt: skip
async def test_the_target_comes_back_raw(running, target, path, query):
    async with running() as echo:
        got = body_of(await echo.exchange(GET.format(target).encode()))
    assert (got["path"], got["query"]) == (path, query)


async def test_the_request_comes_back_whole(running):
    request = (
        b"PATCH /cart HTTP/1.1\r\nHost: shop.example:8080\r\nX-Trace: a,b\r\nx-trace:  c \r\n"
        b"X-Empty:\r\nX-Name: caf\xc3\xa9\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
    )
    async with running() as echo:
        got = body_of(await echo.exchange(request))
    ip, _, port = got.pop("client").partition(":")
    assert (ip, port.isdecimal()) == ("127.0.0.1", True)
    assert got == {
        "name": "cart",
        "method": "PATCH",
        "path": "/cart",
        "query": "",
        "host": "shop.example:8080",
        "headers": {
            "host": "shop.example:8080",
            "x-trace": "a,b, c",
            "x-empty": "",
            "x-name": "café",
            "connection": "close",
            "content-length": "5",
        },
        "body_bytes": 5,
        "http": "1.1",
    }


@pytest.mark.parametrize(
    ("request_bytes", "status", "ends_with"),
    [
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",  200,  b'"1.1"\n}\n'),
        (b"PROPFIND / HTTP/1.0\r\n\r\n",                                 200,  b'"1.0"\n}\n'),
        (b"HEAD / HTTP/1.0\r\n\r\n",                                     200,  b"\r\n\r\n"),
        (b"HEAD /bytes/9 HTTP/1.0\r\n\r\n",                              200,  b"\r\n\r\n"),
        (b"HEAD /stream HTTP/1.0\r\n\r\n",                               200,  b"\r\n\r\n"),
        (b"GET /healthz HTTP/1.0\r\n\r\n",                               200,  b"\r\n\r\nok"),
        (b"GET /bytes/3 HTTP/1.0\r\n\r\n",                               200,  b"\r\n\x00\x01\x02"),
        (b"GET /status/204 HTTP/1.0\r\n\r\n",                            204,  b"\r\n\r\n"),
        (b"GET /status/304 HTTP/1.0\r\n\r\n",                            304,  b"\r\n\r\n"),
        (b"GET /status/205 HTTP/1.0\r\n\r\n",                            205,  b"\r\n\r\n"),
        (b"GET /cart/status/503 HTTP/1.0\r\n\r\n",                       503,  b"}\n"),
        (b"GET /status/599 HTTP/1.0\r\n\r\n",                            599,  b"}\n"),
        (b"GET /delay/0.01 HTTP/1.0\r\n\r\n",                            200,  b"}\n"),
        (b"GET /status/abc HTTP/1.0\r\n\r\n",                            400,  b"/status/503\n"),
        (b"GET /ws HTTP/1.0\r\n\r\n",                                    400,  b"when proxying\n"),
    ],
)  # fmt: skip
async def test_every_answer_has_its_status(running, request_bytes, status, ends_with):
    async with running() as echo:
        answer = await echo.exchange(request_bytes)
    assert answer.split(b" ", 2)[1] == str(status).encode()
    assert b"X-Echo-Name: cart\r\n" in answer
    assert answer.endswith(ends_with)


async def test_a_large_header_is_welcome(browsing):
    async with browsing() as client, client.get("/", headers={"X-Large": "x" * 60_000}) as answer:
        assert len((await answer.json())["headers"]["x-large"]) == 60_000


async def test_a_connection_serves_again_after_a_refusal(browsing):
    async with browsing() as client:
        ports = set()
        for path in ("/", "/status/abc", "/ws", "/bytes/10", "/"):
            async with client.post(path, data=b"x" * 300_000) as answer:
                await answer.read()
            async with client.get("/") as answer:
                ports.add((await answer.json())["client"])
    assert len(ports) == 1


@pytest.mark.parametrize("name", ["", "two\nlines", "bell\a"])
def test_a_name_no_header_could_carry_is_refused(name):
    with pytest.raises(ValueError, match="is not a name"):
        build(name)
