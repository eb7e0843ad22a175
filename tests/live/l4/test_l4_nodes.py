"""A load balancer in front of node ports: which nodes get connections, and whom they see."""

import asyncio
import time

import pytest

from live.l4.load import CLIENTS, steady_load
from live.l4.manifests import endpoints, node, port, service
from live.l4.router import Router, end, names, until_reached
from live.l4.web import answered_by, get, told
from live.manifests import secret
from live.until import until
from model.certificates import pair
from support.netns import reach

MACHINE, CLIENT = "192.0.2.1", "192.0.2.10"
ALL = ("node-a", "node-b", "node-c")
HEALTH = 10256
VIA = ("--via", "nodeport")


@pytest.fixture
def balancer(router, world, echo):
    """Three healthy nodes, with something at two node ports."""
    for space in world.nodes.values():
        echo.listen(space, "tcp", 32111, 32001)
        echo.listen(space, "http", HEALTH)
        router.save(f"{space.name}.yaml", node(space))
    return router


def test_two_ports(balancer, world, echo):
    """88 to 32111 and 8080 to 32001 of every node; nodes that are unwell get nothing."""
    balancer.save("web.yaml", service("web", port(88, 32111), port(8080, 32001)))
    balancer.start("--only", "l4", *VIA)
    until_reached(world.client, MACHINE, 88, *ALL)
    until_reached(world.client, MACHINE, 8080, *ALL)
    found = reach(world.client, "tcp", MACHINE, 88)
    assert (found.source, found.local_port) == ("10.2.0.1", 32111)
    echo.status(world.nodes["node-b"], HEALTH, 503)
    until_reached(world.client, MACHINE, 88, "node-a", "node-c")
    assert names(world.client, MACHINE, 8080) == {"node-a", "node-c"}
    assert f"node-b/{HEALTH}: unhealthy" in balancer.cli("status")
    for name in ("node-a", "node-c"):
        echo.status(world.nodes[name], HEALTH, 503)
    until(lambda: end(world.client, MACHINE, 88) == "refused", "a quick no without any node")
    echo.status(world.nodes["node-b"], HEALTH, 200)
    until_reached(world.client, MACHINE, 88, "node-b")


def test_nodes_without_kube_proxy(balancer, world, echo):
    """A TCP connect to the node port itself decides, port by port."""
    for space in world.nodes.values():
        echo.close(space, "http", HEALTH)
    echo.close(world.nodes["node-a"], "tcp", 32111)
    balancer.save("web.yaml", service("web", port(88, 32111), port(8080, 32001)))
    balancer.start("--only", "l4", *VIA)
    until_reached(world.client, MACHINE, 88, "node-b", "node-c")
    until_reached(world.client, MACHINE, 8080, *ALL)


async def test_a_node_dies_silently(balancer, world):
    """Only what went to it is lost; within two seconds nothing new does."""
    balancer.save("web.yaml", service("web", port(88, 32111)))
    balancer.start("--only", "l4", *VIA)
    async with steady_load(world.client, MACHINE, 88) as load:
        await load.until_answered_by(*ALL)
        lost = load.speakers["node-c"]
        died = time.monotonic()
        world.inside.unplug(world.nodes["node-c"])
        await asyncio.to_thread(until_unhealthy, balancer, "node-c")
        await load.until_answered_by("node-a", "node-b")
        await load.more()
        await load.until_cut(lost)
        world.inside.plug_in_again(world.nodes["node-c"])
        await load.until_answered_by(*ALL)
    assert all(began <= died + 2.0 for began, _ in load.failures), load.failures
    assert len(load.failures) <= 2 * CLIENTS  # a SYN that is repeated may reach another node
    assert load.cuts == ["node-c"] * lost


def test_the_client_is_kept(balancer, world, echo):
    """Local, and nodes that answer through the balancer: they see who it is."""
    for space in world.nodes.values():
        echo.listen(space, "http", 32222)
    for name in ("node-a", "node-b"):
        echo.status(world.nodes[name], 32222, 503)
    spec = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 32222}
    balancer.save("web.yaml", service("web", port(88, 32111), **spec))
    balancer.start("--only", "l4", *VIA)
    until_reached(world.client, MACHINE, 88, "node-c")
    assert reach(world.client, "tcp", MACHINE, 88).source == CLIENT


@pytest.mark.parametrize("version", [1, 2])
def test_proxy_protocol(balancer, world, version):
    """Asked for by annotation: the client's address comes in front of what it says."""
    from packets.proxied import source_of

    notes = {"service.beta.kubernetes.io/ovh-loadbalancer-proxy-protocol": f"v{version}"}
    balancer.save("web.yaml", service("web", port(88, 32111), notes=notes))
    balancer.start("--only", "l4", *VIA)
    until_reached(world.client, MACHINE, 88, *ALL)
    found = reach(world.client, "tcp", MACHINE, 88)
    assert found.rest.endswith(b"hello\n")
    assert source_of(found.rest) == (version, CLIENT)


def test_http_and_layer_4_on_one_machine(balancer, world, echo):
    """/cmp and /gateway by HTTP, 88 by the kernel, all through node ports of the same nodes."""
    for space in world.nodes.values():
        echo.listen(space, "http", 32112, 32000)
    balancer.save("ingress.yaml", INGRESS, secret("one", pair("one.example")))
    balancer.save(
        "services.yaml",
        service("cmp", port(80, 32112), type="NodePort"),
        service("gateway", port(80, 32000), type="NodePort"),
        service("web", port(88, 32111)),
    )
    balancer.start("--bind", MACHINE, *VIA)
    until_reached(world.client, MACHINE, 88, *ALL)
    for path, node_port in (("/cmp/x", 32112), ("/gateway", 32000)):
        found = told(get(world.client, MACHINE, 80, path, "one.example"))
        assert found["local"][1] == node_port
        assert found["headers"]["x-forwarded-for"] == CLIENT
    secure = told(get(world.client, MACHINE, 443, "/cmp", "one.example", tls=True))
    assert secure["headers"]["x-forwarded-proto"] == "https"
    seen = {answered_by(world.client, MACHINE, 80, "/cmp", "one.example") for _ in range(24)}
    assert seen == set(ALL)
    echo.status(world.nodes["node-a"], HEALTH, 503)  # one health, of both
    until_reached(world.client, MACHINE, 88, "node-b", "node-c")
    until(
        lambda: (
            "node-a"
            not in {
                answered_by(world.client, MACHINE, 80, "/cmp", "one.example") for _ in range(12)
            }
        ),
        "HTTP to leave node-a, too",
    )


@pytest.mark.parametrize("kept_by", ["proxy protocol", "routing"])
def test_a_balancer_in_front_of_an_ingress_controller(balancer, world, echo, root, kept_by):
    """80 of the machine is a node port of another Portico, and that knows who the client is."""
    space = world.nodes["node-a"]
    echo.close(space, "tcp", 32111)
    echo.listen(world.backends["b1"], "http", 8081)
    for name in ("node-b", "node-c"):
        (balancer.folder / f"{name}.yaml").unlink()
    inner = Router(root / "inner", space)
    notes, spec, options = {}, {}, ()
    if kept_by == "routing":
        spec = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 32222}
        echo.listen(space, "http", 32222)
    else:
        notes = {"service.beta.kubernetes.io/ovh-loadbalancer-proxy-protocol": "v2"}
        options = ("--proxy-protocol", "--trusted-proxies", "10.2.0.1/32")
    try:
        inner.http, inner.https = 32111, 32443
        inner.save("shop.yaml", SHOP)
        inner.save("endpoints.yaml", endpoints("web", 1, ports=({"name": "http", "port": 8081},)))
        inner.start("--only", "http", *options)
        balancer.save("ingress.yaml", service("ingress", port(80, 32111), notes=notes, **spec))
        balancer.start("--only", "l4", *VIA)
        until(lambda: answered_by(world.client, MACHINE, 80, "/", "shop.example") == "b1", "b1")
        found = told(get(world.client, MACHINE, 80, "/", "shop.example"))
        assert found["headers"]["x-forwarded-for"] == CLIENT
    finally:
        inner.close()


def until_unhealthy(balancer, name):
    def is_told():
        return name in [each["node"] for each in balancer.status()["layer4"]["nodesLeftOut"]]

    until(is_told, f"{name} to be unhealthy")


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: one
  namespace: shop
  annotations: {nginx.ingress.kubernetes.io/ssl-redirect: "false"}
spec:
  tls: [{hosts: [one.example], secretName: one}]
  rules:
  - host: one.example
    http:
      paths:
      - {path: /cmp, pathType: Prefix, backend: {service: {name: cmp, port: {number: 80}}}}
      - {path: /gateway, pathType: Prefix, backend: {service: {name: gateway, port: {number: 80}}}}
"""
SHOP = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  rules:
  - host: shop.example
    http:
      paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80, targetPort: 8081}]}
"""
