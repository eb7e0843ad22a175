"""Which endpoint gets a request, over all workers."""

from collections import Counter

import pytest

from live.manifests import backend, ingress
from live.processes import paused
from live.until import until
from support.client import Client
from support.ports import refusing_port

pytestmark = pytest.mark.nginx

HOST = "shop.example"


@pytest.fixture
def shop(program):
    """Not started."""
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]))
    return program


def test_in_turn_over_all_workers(shop, ports):
    """Each worker by itself would be unfair at the seams; together they are exact."""
    shop.save("web.yaml", backend("web", ports["a"], ports["b"], ports["c"]))
    shop.start()
    one, other = shop.workers
    names = []
    for away in (one, other) * 3:
        with paused(away):
            names += [shop.name(HOST) for _ in range(5)]
    assert Counter(names) == {"a": 10, "b": 10, "c": 10}
    assert all(len(set(names[at : at + 3])) == 3 for at in range(0, 30, 3))


def test_ewma_prefers_the_quicker_endpoint(shop, ports):
    """A fifth of a second against nothing: once that is known, hardly any goes to the slow one."""
    shop.save("web.yaml", backend("web", ports["a"], ports["slow"]))
    shop.start("--balance", "ewma", "--workers", "1")
    with Client(shop.http) as client:
        until(lambda: ask(client) == "slow", "the slow one to be tried")
        names = Counter(ask(client) for _ in range(100))
    assert names["a"] >= 90


def test_an_endpoint_that_is_away_costs_no_request(shop, ports):
    """Not the ones that find it out, and later ones leave it alone for a while."""
    with refusing_port() as dead:
        shop.save("web.yaml", backend("web", ports["a"], dead))
        shop.start("--workers", "1")
        assert [shop.name(HOST) for _ in range(30)] == ["a"] * 30
        assert [shop.name(HOST, method="POST", body=b"x") for _ in range(30)] == ["a"] * 30
        figures = shop.figures()
        assert figures["ejected"] == 1
        assert 0 < figures["retries"] < 10


def test_nobody_is_there(shop):
    """502 where all refuse; 503 where there is none."""
    with refusing_port() as dead:
        shop.save("web.yaml", backend("web", dead))
        shop.start()
        assert shop.get(HOST).status == 502
    shop.save("web.yaml", backend("web"))
    shop.until_served(HOST, "/", "503")


def ask(client: Client) -> str | None:
    return client.ask("/", HOST).header("X-Echo-Name")
