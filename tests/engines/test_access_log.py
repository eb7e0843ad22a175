"""The access log: as it has always looked, or as JSON."""

import json
import re

import pytest

from portico.plan.backend import Protocol
from support.asking import ask
from support.client import Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site
from support.ports import refusing_port
from support.websockets import UPGRADE, Opened, close

pytestmark = pytest.mark.nginx

# behaviour.md, section 20: nineteen fields.
LINE = re.compile(
    r"(?P<addr>\S+) - (?P<user>\S+) \[(?P<time>[^\]]+)\] \"(?P<request>.*)\" (?P<status>\d+) "
    r"(?P<sent>\d+) \"(?P<referer>.*)\" \"(?P<agent>.*)\" (?P<length>\d+) (?P<seconds>[\d.]+) "
    r"\[(?P<upstream>[^\]]*)\] \[(?P<alternative>[^\]]*)\] (?P<to>-|[\d.:]+(?:, [\d.:]+)*) "
    r"(?P<got>-|\d+(?:, \d+)*) (?P<took>-|[\d.]+(?:, [\d.]+)*) "
    r"(?P<upstream_status>-|\d+(?:, \d+)*) (?P<id>\S.*)"
)

HOSTILE = '"quoted" \\ \\x22 {"a":1} $host %0a \x1b[31m\x01\x7f é \u202e'


def lines_of(plan, *asked, **options):
    """The log of a few requests, in order; stopped, nginx has written all of it."""
    with running_nginx(workers=1, **options) as live:
        live.serve(plan)
        for path, headers in asked:
            ask(live, path, headers=headers)
        live.runner.run(live.engine.close(keep=False))
        return (live.folder / "access.log").read_text(errors="replace").splitlines()


@pytest.fixture
def plan(endpoints):
    return plan_of(
        backend("front", *addresses(endpoints.port, 1)),
        backend("tls", *addresses(endpoints.tls_port, 2), protocol=Protocol.HTTPS),
        backend("none"),
        site("shop.example", {"/": "front", "/tls": "tls", "/none": "none"}),
    )


def test_the_text_has_nineteen_fields(plan, endpoints):
    told = [("Referer", "http://r.example/"), ("User-Agent", "curl/8 (x)"), ("X-Request-ID", "me")]
    [line] = lines_of(plan, ("/a?b=c", told))
    found = LINE.fullmatch(line)
    assert found, line
    assert len(found.groups()) == 17  # the dash and the brackets make nineteen
    got = found.groupdict()
    assert got["addr"] == "127.0.0.1"
    assert got["request"] == "GET /a?b=c HTTP/1.1"
    assert (got["status"], got["upstream_status"]) == ("200", "200")
    assert (got["referer"], got["agent"]) == ("http://r.example/", "curl/8 (x)")
    assert (got["upstream"], got["alternative"]) == ("shop-front-80", "")
    assert got["to"] == f"127.0.10.1:{endpoints.port}"
    assert got["id"] == "me"
    assert re.fullmatch(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}", got["time"])


def test_answers_of_our_own_are_logged_too(plan):
    lines = [
        LINE.fullmatch(line)
        for line in lines_of(plan, ("/none", ()), ("/tls", ()), ("/", [("Host", "x")]))
    ]
    got = [(line["status"], line["upstream"], line["upstream_status"]) for line in lines]
    assert got == [
        ("503", "shop-none-80", "-"),
        ("200", "shop-tls-80", "200"),
        ("404", "-", "-"),
    ]


def test_every_attempt_is_logged(endpoints):
    with refusing_port("127.0.10.9") as closed:
        places = [("127.0.10.9", closed), *addresses(endpoints.port, 1)]
        plan = plan_of(backend("front", *places), site("shop.example", {"/": "front"}))
        [line] = lines_of(plan, ("/", ()))
    found = LINE.fullmatch(line)
    assert found["to"] == f"127.0.10.9:{closed}, 127.0.10.1:{endpoints.port}"
    assert found["upstream_status"] == "502, 200"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_websocket_is_logged_as_anything_else(endpoints, log_format):
    """Lua asks its endpoint, and says what nginx would say of that."""
    with running_nginx(workers=1, log_format=log_format) as live:
        with refusing_port("127.0.10.9") as closed:
            places = [("127.0.10.9", closed), *addresses(endpoints.port, 1)]
            live.serve(plan_of(backend("front", *places), site("shop.example", {"/": "front"})))
            opened = Opened(endpoints, live.http_port)
        opened.endpoint.send(close(1000))
        assert opened.client.frame().code == 1000
        opened.close()
        only = backend("front", *addresses(endpoints.port, 1))
        live.serve(plan_of(only, site("shop.example", {"/": "front"})))
        endpoints.on["/no"] = lambda exchange: exchange.answer(b"no", 403)
        assert ask(live, "/no", headers=UPGRADE).status == 403
        live.runner.run(live.engine.close(keep=False))
        lines = (live.folder / "access.log").read_text().splitlines()
    to = f"127.0.10.9:{closed}, 127.0.10.1:{endpoints.port}"
    if log_format == "text":
        first, second = (LINE.fullmatch(line).groupdict() for line in lines)
        assert (first["upstream"], first["to"], first["got"]) == ("shop-front-80", to, "0, 0")
        assert int(first["sent"]) >= 4
        assert re.fullmatch(r"\d\.\d{3}, \d\.\d{3}", first["took"])
        assert second["got"] == "2"
    else:
        first, second = (json.loads(line) for line in lines)
        assert (first["backend"], first["upstream_addr"]) == ("shop/front/80", to)
    assert (str(first["status"]), first["upstream_status"]) == ("101", "502, 101")
    assert (str(second["status"]), second["upstream_status"]) == ("403", "403")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_that_a_client_says_can_break_a_line(plan, log_format):
    hostile = [("Referer", HOSTILE), ("User-Agent", HOSTILE), ("X-Request-ID", HOSTILE)]
    path = "/%22%0a%5c\"'{}$host\\x\xff?" + "a" * 2000
    lines = lines_of(plan, (path, hostile), ("/", ()), log_format=log_format)
    assert len(lines) == 2
    assert all(line.isprintable() for line in (lines if log_format == "text" else []))
    assert all(ord(letter) >= 32 for line in lines for letter in line)
    for line in lines:
        assert LINE.fullmatch(line) if log_format == "text" else json.loads(line)


def test_json_says_the_same(plan, endpoints):
    told = [("Referer", HOSTILE.replace("\x7f", "")), ("User-Agent", "a"), ("X-Request-ID", "me")]
    first, second = lines_of(plan, ("/a?b=%22", told), ("/none", ()), log_format="json")
    got, refused = json.loads(first), json.loads(second)
    assert (got["method"], got["host"], got["uri"]) == ("GET", "shop.example", "/a?b=%22")
    assert (got["status"], got["upstream_status"], refused["status"]) == (200, "200", 503)
    assert got["referer"] == HOSTILE.replace("\x7f", "")
    assert got["upstream_addr"] == f"127.0.10.1:{endpoints.port}"
    assert got["backend"] == "shop/front/80"
    assert got["req_id"] == "me"
    assert isinstance(got["request_time"], float)
    assert (refused["backend"], refused["upstream_addr"]) == ("", "")


@pytest.mark.parametrize("garbage", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",     # TLS where none is spoken
    b"GET\r\n\r\n",
    b"\0\0\0\0\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /\r\n",                                        # HTTP/0.9
])  # fmt: skip
def test_what_is_no_request_is_one_line_of_json(plan, garbage):
    with running_nginx(log_format="json") as live:
        live.serve(plan)
        with Client(live.http_port) as client:
            client.send(garbage)
            client.rest()
        live.runner.run(live.engine.close(keep=False))
        [line] = (live.folder / "access.log").read_text(errors="replace").splitlines()
    assert json.loads(line)["remote_addr"] == "127.0.0.1"


def test_the_log_can_be_switched_off(plan):
    with running_nginx(access_log="off") as live:
        live.serve(plan)
        ask(live)
        live.runner.run(live.engine.close(keep=False))
        assert not (live.folder / "access.log").exists()
