"""Addresses of pools, from a folder: given, served, kept, and given to the next one."""

import json

import pytest

from live.l4.manifests import Document, endpoints, port, service
from live.l4.router import end, until_reached
from live.until import until

FIRST, SECOND = "203.0.113.1", "203.0.113.2"


def pool(*ranges: str) -> str:
    document: Document = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "edge", "namespace": "metallb-system"},
        "spec": {"addresses": ranges},
    }
    return json.dumps(document) + "\n"


@pytest.fixture
def world(world):
    world.client.run("ip", "route", "add", "203.0.113.0/24", "via", "192.0.2.1")
    return world


def test_an_address_is_given_and_kept_over_a_crash(router, world):
    """ALLOC-03: also where somebody else, who comes first by name, waits for it."""
    router.save("pool.yaml", pool(f"{FIRST}/32"))
    router.save("web.yaml", service("web", port(80)), endpoints("web", 1))
    router.start("--only", "l4")
    until_reached(world.client, FIRST, 80, "b1")
    router.save("another.yaml", service("another", port(80)), endpoints("another", 2))
    until(lambda: told(router, "another") == {"NoAddressLeft"}, "the other one to be told")
    for _ in range(2):
        router.kill()
        router.start("--only", "l4")
        until_reached(world.client, FIRST, 80, "b1")
        assert told(router, "another") == {"NoAddressLeft"}


def test_who_waits_gets_it(router, world):
    """ALLOC-01, 02: when the other is deleted, and when it is of another type."""
    router.save("pool.yaml", pool(f"{FIRST}/32"))
    router.save("a.yaml", service("a", port(80)), endpoints("a", 1))
    router.start("--only", "l4")
    until_reached(world.client, FIRST, 80, "b1")
    router.save("b.yaml", service("b", port(80)), endpoints("b", 2))
    router.save("c.yaml", service("c", port(80)), endpoints("c", 3))
    until(lambda: told(router, "c") == {"NoAddressLeft"}, "all to be known")
    router.save("a.yaml", service("a", port(80), type="ClusterIP"), endpoints("a", 1))
    until_reached(world.client, FIRST, 80, "b2")
    (router.folder / "b.yaml").unlink()
    until_reached(world.client, FIRST, 80, "b3")


def test_pools_change_and_go(router, world):
    """ALLOC-09, 10. Without any pool the machine gives its own address, as it always did."""
    router.save("pool.yaml", pool(f"{FIRST}/32"))
    router.save("web.yaml", service("web", port(80)), endpoints("web", 1))
    router.start("--only", "l4")
    until_reached(world.client, FIRST, 80, "b1")
    assert end(world.client, "192.0.2.1", 80) != "answered"
    router.save("pool.yaml", pool(f"{SECOND}/32"))
    until_reached(world.client, SECOND, 80, "b1")
    assert end(world.client, FIRST, 80) != "answered"
    (router.folder / "pool.yaml").unlink()
    until_reached(world.client, "192.0.2.1", 80, "b1")
    assert end(world.client, SECOND, 80) != "answered"


def test_two_services_share_one(router, world):
    shared = {"metallb.io/allow-shared-ip": "key"}
    router.save("pool.yaml", pool(f"{FIRST}/32"))
    router.save("web.yaml", service("web", port(80), notes=shared), endpoints("web", 1))
    mail = endpoints("mail", 2, ports=({"name": "p25", "port": 8080},))
    router.save("mail.yaml", service("mail", port(25), notes=shared), mail)
    router.start("--only", "l4")
    until_reached(world.client, FIRST, 80, "b1")
    until_reached(world.client, FIRST, 25, "b2")
    explained = router.cli("explain", FIRST)
    assert "IPAddressPool metallb-system/edge" in explained
    assert "Service shop/web, served at tcp 80" in explained
    assert "Service shop/mail, served at tcp 25" in explained
    told = router.cli("status", "--lb")
    assert "IPAddressPool metallb-system/edge: 203.0.113.1; ipv4 1 of 1" in told
    assert f"Service shop/mail: {FIRST}" in told


def told(router, name: str) -> set[str]:
    """What status says is wrong with a Service."""
    problems = router.status()["problems"]
    return {each["because"] for each in problems if each["object"] == f"Service shop/{name}"}
