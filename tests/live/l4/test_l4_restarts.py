"""The kernel goes on without Portico, and Portico takes over what it finds there."""

import pytest

from live.l4.manifests import PORT, endpoints, port, service
from live.l4.router import end, names, until_reached, untouched
from live.l4.web import answered_by
from live.until import until

CLUSTER_IP = "10.96.0.10"
WITHOUT_NET_ADMIN = ("setpriv", "--inh-caps", "-net_admin", "--bounding-set", "-net_admin")


@pytest.fixture
def shop(router):
    """A cluster IP, an external one, and two node ports."""
    router.save(
        "web.yaml",
        service(
            "web",
            port(80, 30080),
            {**port(53, 30053), "protocol": "UDP"},
            type="NodePort",
            clusterIPs=[CLUSTER_IP],
            externalIPs=["198.51.100.7"],
        ),
    )
    router.save("endpoints.yaml", web_endpoints(1, 2))
    return router


def web_endpoints(*numbers):
    udp = {"name": "p53", "port": PORT, "protocol": "UDP"}
    return endpoints("web", *numbers, ports=({"name": "p80", "port": PORT}, udp))


def everywhere(client):
    """Who answers at all the ways in."""
    found = names(client, CLUSTER_IP, 80) | names(client, "198.51.100.7", 80)
    found |= names(client, "192.0.2.1", 30080)
    return found | names(client, CLUSTER_IP, 53, kind="udp")


def test_killed_and_started_again(shop, world):
    """Traffic goes on; the next one finds all as it should be, and says nothing to the kernel."""
    shop.start("--only", "l4")
    until_reached(world.client, CLUSTER_IP, 80, "b1", "b2")
    before = shop.nft("-a", "list", "table", "inet", "portico")
    shop.kill()
    assert everywhere(world.client) == {"b1", "b2"}
    shop.start("--only", "l4")
    assert shop.kernel()["elements_sent"] == 0
    assert shop.nft("-a", "list", "table", "inet", "portico") == before
    assert everywhere(world.client) == {"b1", "b2"}
    shop.save("endpoints.yaml", web_endpoints(3))
    until_reached(world.client, CLUSTER_IP, 80, "b3")
    assert everywhere(world.client) == {"b3"}


def test_changes_made_while_nobody_was_there(shop, world):
    """Only what differs is sent."""
    shop.start("--only", "l4")
    shop.kill()
    shop.save("endpoints.yaml", web_endpoints(1, 3))
    assert everywhere(world.client) == {"b1", "b2"}
    shop.start("--only", "l4")
    assert everywhere(world.client) == {"b1", "b3"}
    assert 0 < shop.kernel()["elements_sent"] <= 12


def test_stopped(shop, world):
    """Traffic goes on, unless it is to be cleaned up; nothing of others is touched."""
    with untouched(shop):
        shop.start("--only", "l4")
        assert shop.stop() == 0
        assert everywhere(world.client) == {"b1", "b2"}
        shop.start("--only", "l4", "--cleanup")
        assert everywhere(world.client) == {"b1", "b2"}
        assert shop.stop() == 0
        assert shop.table() == ""
        assert end(world.client, CLUSTER_IP, 80) != "answered"


@pytest.mark.parametrize(
    "edit",
    [
        ("flush", "ruleset"),
        ("delete", "table", "inet", "portico"),
        ("flush", "map", "inet", "portico", "frontends4"),
        ("flush", "chain", "inet", "portico", "prerouting"),
    ],
    ids=" ".join,
)
def test_somebody_else_edits_the_table(shop, world, edit):
    shop.start("--only", "l4")
    before = shop.table()
    shop.nft(*edit)
    until(lambda: shop.table() == before, f"repair after {edit}")
    until_reached(world.client, CLUSTER_IP, 80, "b1", "b2")
    until(lambda: shop.engine("nftables")["inSync"], "nftables to be in sync")


def test_without_the_right_to_program_the_kernel(shop, world, echo):
    """HTTP is served all the same, and status says what is missing and how to grant it."""
    shop.prefix = WITHOUT_NET_ADMIN
    echo.listen(world.backends["b4"], "http", 8081)
    shop.save("ingress.yaml", INGRESS)
    shop.start("--bind", "192.0.2.1")
    until(
        lambda: answered_by(world.client, "192.0.2.1", 80, host="shop.example") == "b4",
        "HTTP to be served",
    )
    engine = shop.engine("nftables")
    assert not engine["inSync"]
    assert "CAP_NET_ADMIN" in engine["detail"]
    assert "CAP_NET_ADMIN" in shop.cli("status")
    assert end(world.client, CLUSTER_IP, 80) != "answered"
    assert "Traceback" not in shop.logged()


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  rules:
  - host: shop.example
    http:
      paths: [{path: /, pathType: Prefix, backend: {service: {name: b4, port: {number: 80}}}}]
---
apiVersion: v1
kind: Service
metadata: {name: b4, namespace: shop}
spec: {ports: [{port: 80, targetPort: 8081}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: b4, namespace: shop, labels: {kubernetes.io/service-name: b4}}
addressType: IPv4
ports: [{port: 8081}]
endpoints: [{addresses: [10.2.0.14]}]
"""
