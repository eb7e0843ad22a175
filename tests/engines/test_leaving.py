"""Before the end: all are served, and told to look for somebody else."""

import pytest

from portico.engines.nginx import Nginx
from portico.plan.backend import Protocol
from portico.plan.plan import Diff
from portico.settings import Balance
from support.asking import ask
from support.client import Client
from support.nginx import running_nginx
from support.plans import addresses, backend, plan_of, site
from support.websockets import UPGRADE

pytestmark = pytest.mark.nginx

NOTHING = Diff({}, set())
PATHS = ["/", "/quick", "/tls", "/both", "/none", "/ws"]


@pytest.fixture
def plan(endpoints):
    plain, secure = addresses(endpoints.port, 1, 2), addresses(endpoints.tls_port, 3)
    return plan_of(
        backend("front", *plain),
        backend("quick", *plain, balance=Balance.EWMA),
        backend("tls", *secure, protocol=Protocol.HTTPS),
        backend("none"),
        site("shop.example", {"/": "front", "/quick": "quick", "/tls": "tls", "/none": "none"}),
        site("secure.example", {"/": "front"}, tls="", redirects=True),
    )


class Told:
    """Whether the end is near."""

    is_leaving = False

    def __call__(self):
        return self.is_leaving


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def live(plan, told):
    with running_nginx() as made:
        made.engine = Nginx(made.options, told)
        made.serve(plan)
        yield made


def asked(live):
    """What becomes of the connection after each answer, and the status."""
    found = []
    for path in PATHS:
        headers = UPGRADE if path == "/ws" else ()
        answer = ask(live, path, headers=headers)
        found.append((answer.status, answer.header("Connection")))
    answer = ask(live, "/", "secure.example")
    return [*found, (answer.status, answer.header("Connection"))]


def test_every_answer_ends_its_connection(live, plan, told, endpoints):
    endpoints.on["/ws"] = lambda exchange: exchange.answer(b"no", 403)
    statuses = [200, 200, 200, 200, 503, 403, 308]
    before = asked(live)
    assert before == [(status, "keep-alive") for status in statuses]
    kept = [Client(live.http_port) for _ in range(4)]
    for client in kept:
        assert client.ask("/", "shop.example").header("Connection") == "keep-alive"
    told.is_leaving = True
    live.serve(plan, NOTHING)
    assert asked(live) == [(status, "close") for status in statuses]
    for client in kept:  # whoever was there before learns it with the next answer
        answer = client.ask("/", "shop.example")
        assert (answer.status, answer.header("Connection")) == (200, "close")
        assert client.rest() == b""
        client.socket.close()


def test_over_tls(live, plan, told):
    told.is_leaving = True
    live.serve(plan, NOTHING)
    with Client(live.https_port, tls=True, sni="shop.example") as client:
        answer = client.ask("/", "shop.example")
        assert (answer.status, answer.header("Connection")) == (200, "close")
        assert client.rest() == b""


def test_changes_go_on(live, plan, told, endpoints):
    """Whatever way they come, and whoever has spoken to nginx meanwhile."""
    told.is_leaving = True
    live.serve(plan, NOTHING)
    changed = plan_of(*plan.values(), site("new.example", {"/": "front"}))
    for hint in (Diff({}, set()), None):
        live.serve(changed, hint)
        assert ask(live, "/").header("Connection") == "close"
    assert ask(live, "/", "new.example").header("Connection") == "close"


@pytest.mark.parametrize("dies", [False, True], ids=["adopted", "restarted"])
def test_the_next_one_takes_it_back(live, plan, told, dies):
    """Portico was killed when it was about to end; its nginx may have gone on."""
    told.is_leaving = True
    live.serve(plan, NOTHING)
    live.take_over()
    if dies:
        live.restart()
        assert ask(live, "/").header("Connection") == "keep-alive"
    live.serve(plan)
    assert ask(live, "/").header("Connection") == "keep-alive"
    figures = live.inspect()
    assert (figures["reloads"], figures["starts"]) == (0, 0)
