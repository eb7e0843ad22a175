"""Which path asks for what."""

import pytest

from portico.echo.endpoints import (
    Download,
    Events,
    Health,
    Refusal,
    Report,
    Socket,
    endpoint_of,
)


@pytest.mark.parametrize(
    ("path", "query", "endpoint"),
    [
        ("/",                        "",                      Report()),
        ("*",                        "",                      Report()),
        ("/cart",                    "",                      Report()),
        ("/status",                  "",                      Report()),   # a prefix named so
        ("/status/",                 "",                      Report()),
        ("/status/200",              "",                      Report(status=200)),
        ("/status/599",              "",                      Report(status=599)),
        ("/cart/status/503",         "",                      Report(status=503)),
        ("/cart/status/503/",        "",                      Report(status=503)),
        ("/status/503/item",         "",                      Report(status=503)),
        ("/status/503/status/404",   "",                      Report(status=404)),
        ("/delay/9/status/404",      "",                      Report(status=404)),
        ("/delay/0",                 "",                      Report(delay=0)),
        ("/cart/delay/.5",           "",                      Report(delay=0.5)),
        ("/delay/300",               "",                      Report(delay=300)),
        ("/bytes/0",                 "",                      Download(0)),
        ("/cart/bytes/10737418240",  "",                      Download(10 * 1024**3)),
        ("/stream",                  "",                      Events(10, 1)),
        ("/cart/stream/",            "count=3&interval=0.5",  Events(3, 0.5)),
        ("/stream/item",             "",                      Report()),   # only the last segment
        ("/ws",                      "",                      Socket()),
        ("/status/ws",               "",                      Socket()),   # below /status
        ("/cart/ws",                 "a=1",                   Socket()),
        ("/healthz",                 "",                      Health()),
        ("/cart/healthz",            "",                      Health()),
        ("/Healthz",                 "",                      Report()),   # paths have a case
    ],
)  # fmt: skip
def test_the_rightmost_endpoint_decides(path, query, endpoint):
    assert endpoint_of(path, query) == endpoint


@pytest.mark.parametrize(
    ("path", "query", "reason"),
    [
        ("/status/abc",         "",              "'abc' is not a status from 200 to 599"),
        ("/status/100",         "",              "'100' is not a status from 200 to 599"),
        ("/status/600",         "",              "'600' is not a status from 200 to 599"),
        ("/status/٢٠٠",         "",              "'٢٠٠' is not a status from 200 to 599"),
        ("/status//x",          "",              "'' is not a status from 200 to 599"),
        ("/delay/nan",          "",              "'nan' is not a number of seconds from 0 to 300"),
        ("/delay/inf",          "",              "'inf' is not a number of seconds from 0 to 300"),
        ("/delay/-1",           "",              "'-1' is not a number of seconds from 0 to 300"),
        ("/delay/300.1",        "",              "'300.1' is not a number of seconds from 0"),
        ("/delay/soon",         "",              "'soon' is not a number of seconds from 0 to 300"),
        ("/bytes/-1",           "",              "'-1' is not a number of bytes from 0"),
        ("/bytes/10737418241",  "",              "'10737418241' is not a number of bytes from 0"),
        ("/bytes/" + "9" * 99,  "",              f"'{'9' * 40}' is not a number of bytes from 0"),
        ("/stream",             "count=",        "'' is not a count from 0 to 1000000"),
        ("/stream",             "count=1000001", "'1000001' is not a count from 0 to 1000000"),
        ("/stream",             "interval=nan",  "'nan' is not an interval in seconds from 0"),
    ],
)  # fmt: skip
def test_out_of_range_is_refused_on_one_line(path, query, reason):
    refusal = endpoint_of(path, query)
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith(reason)
    assert refusal.hint.startswith("try /")
    assert "\n" not in refusal.reason + refusal.hint
