"""Questions about connections, asked at the admin port. A real Portico is asked in tests/live."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from explain.l4_plans import ALL, HERE, frontend, to
from portico.explain.question import explanation
from portico.web.admin import build
from support.plans import plan_of


class Answers:
    """A program that serves one cluster IP."""

    is_ready = True

    async def explanation(self, question):
        plan = plan_of(HERE, frontend("10.96.0.10", to(ALL)), ALL)
        return explanation(plan, question)


async def no_metrics():
    return b""


@pytest.fixture
async def admin():
    async with TestClient(TestServer(build(Answers(), no_metrics, only_local=True))) as client:
        yield client


async def test_a_connection_by_url_and_client(admin):
    query = {"url": "tcp://10.96.0.10:80", "from": "10.2.0.11"}
    told = await (await admin.get("/explain", params=query)).json()
    assert told["result"] == "forwarded"
    assert told["client"]["is"] == "a pod"
    assert told["text"][0] == "tcp://10.96.0.10:80 from 10.2.0.11"


@pytest.mark.parametrize(("query", "says"), [
    ({},                                                     "expected /explain?url="),
    ({"url": "tcp://shop.example:80"},                       "is no IP address"),
    ({"url": "tcp://10.96.0.10:80", "from": "fd00::1"},      "a client of IPv6"),
    ({"url": "http://shop.example/", "from": "10.2.0.11"},   "--from goes with tcp://"),
])  # fmt: skip
async def test_what_is_no_question(admin, query, says):
    answer = await admin.get("/explain", params=query)
    assert answer.status == 400
    assert says in await answer.text()
