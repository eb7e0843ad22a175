"""The API server is away: what is served stays served, and everybody is told."""

import signal

import pytest

from live.command import portico as command
from live.manifests import endpoints, ingress, service
from live.until import until

pytestmark = pytest.mark.nginx

HOST = "shop.example"


@pytest.fixture
def shop(portico, town, backends, address):
    """Two backends; / leads to a."""
    for name in ("a", "b"):
        town.apply(service(name), endpoints(name, (address, backends[name])))
    town.apply(ingress("shop", HOST, [("/", "a")]))
    return portico


def state(program):
    (found,) = [each for each in program.status()["sources"] if each["name"] == "cluster"]
    return found


def test_traffic_goes_on_and_status_tells(shop, town, gate):
    shop.start()
    assert state(shop)["synced"]
    assert not state(shop)["trouble"]
    gate.shut()
    until(lambda: state(shop)["trouble"], "the trouble to be told")
    shop.until_served(HOST, "/", "a")
    assert shop.is_ready
    told = command("status", "--admin", f"127.0.0.1:{shop.admin}")
    assert "in trouble since" in told.out
    assert told.code == 0
    town.apply(ingress("new", "new.example", [("/", "b")]))
    town.delete("Ingress", "shop")
    gate.open()
    shop.until_served("new.example", "/", "b")
    shop.until_served(HOST, "/", "404")
    until(lambda: not state(shop)["trouble"], "the trouble to be over")


def test_it_is_not_ready_before_the_cluster_was_read(shop, gate):
    gate.shut()
    shop.launch()
    until(lambda: "cluster" in shop.logged(), "the trouble to be logged")
    assert not shop.is_ready
    assert not state(shop)["synced"]
    assert "cannot be reached" in state(shop)["trouble"]
    gate.open()
    shop.wait_until_ready()
    shop.until_served(HOST, "/", "a")


def test_after_a_crash_traffic_goes_on_without_the_cluster(shop, gate):
    shop.start()
    shop.until_served(HOST, "/", "a")
    gate.shut()
    shop.kill()
    shop.launch()
    until(lambda: "cluster" in shop.logged().rpartition("ready")[2], "the trouble to be logged")
    shop.until_served(HOST, "/", "a")
    assert not shop.is_ready
    gate.open()
    shop.wait_until_ready()
    shop.until_served(HOST, "/", "a")
    assert shop.figures()["starts"] == 0


def test_it_serves_on_until_nobody_is_sent_there_any_more(shop, town):
    shop.start("--shutdown-grace-period", "60")
    shop.until_served(HOST, "/", "a")
    shop.process.send_signal(signal.SIGTERM)
    until(lambda: not shop.is_ready, "it to be not ready")
    town.apply(ingress("shop", HOST, [("/", "b")]))
    shop.until_served(HOST, "/", "b")
    assert shop.is_running
    assert shop.stop() == 0


def test_a_question_about_a_cluster_that_is_away(town, gate):
    gate.shut()
    for arguments in (("check",), ("plan",), ("explain", f"http://{HOST}/")):
        done = command(*arguments, "--only", "http", *town.options)
        assert done.code == 3
        assert "cannot be reached" in done.err
        assert not done.out
