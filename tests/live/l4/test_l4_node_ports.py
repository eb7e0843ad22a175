"""Node ports from a folder: named and chosen ones, clashes, and health checks of balancers."""

import json

from live.l4.manifests import endpoints, port, service
from live.l4.router import end, until_reached
from live.l4.web import get
from live.until import until

MACHINE = "192.0.2.1"


def test_a_port_is_chosen_and_remembered(router, world):
    """Status tells it; a restart, even after a crash, does not change it."""
    router.save("web.yaml", service("web", port(80), type="NodePort"))
    router.save("endpoints.yaml", endpoints("web", 1, 2))
    router.start("--only", "l4")
    chosen = chosen_port(router, "web")
    assert 30086 <= chosen <= 32767  # the upper band: the lower one is for static choices
    until_reached(world.client, MACHINE, chosen, "b1", "b2")
    assert "nodePort" not in (router.folder / "web.yaml").read_text()
    router.kill()
    router.nft("flush", "ruleset")
    router.start("--only", "l4")
    assert chosen_port(router, "web") == chosen
    until_reached(world.client, MACHINE, chosen, "b1", "b2")


def test_a_chosen_port_is_free_again(router, world):
    router.save("web.yaml", service("web", port(80), type="NodePort"), endpoints("web", 1))
    router.start("--only", "l4", "--node-port-range", "31000-31000")
    assert chosen_port(router, "web") == 31000
    until_reached(world.client, MACHINE, 31000, "b1")
    (router.folder / "web.yaml").unlink()
    until(lambda: end(world.client, MACHINE, 31000) != "answered", "the port to be closed")
    router.save("next.yaml", service("next", port(80), type="NodePort"), endpoints("next", 2))
    until_reached(world.client, MACHINE, 31000, "b2")


def test_a_port_is_claimed_twice(router, world):
    """Who came second is refused, and told who has it; everything else works."""
    router.save("one.yaml", node_port("one", 30080), endpoints("one", 1))
    router.start("--only", "l4")
    router.save("two.yaml", node_port("two", 30080), endpoints("two", 2))
    router.save("three.yaml", node_port("three", 30081), endpoints("three", 3))
    until_reached(world.client, MACHINE, 30081, "b3")
    assert [problem["object"] for problem in router.problems()] == ["Service shop/two"]
    assert "shop/one" in json.dumps(router.problems())
    until_reached(world.client, MACHINE, 30080, "b1")
    (router.folder / "one.yaml").unlink()
    until_reached(world.client, MACHINE, 30080, "b2")
    until(lambda: not router.problems(), "no problems")


def test_another_program_has_the_port(router, world, echo):
    """What it serves goes on; the Service is told."""
    echo.listen(world.machine, "tcp", 30080)
    router.save("web.yaml", node_port("web", 30080), endpoints("web", 1))
    router.save("other.yaml", node_port("other", 30081), endpoints("other", 2))
    router.start("--only", "l4")
    until_reached(world.client, MACHINE, 30081, "b2")
    until_reached(world.client, MACHINE, 30080, "machine")
    assert "Service shop/web" in [problem["object"] for problem in router.problems()]


def test_balancers_ask_for_the_health_of_this_node(router, world):
    """The health check node port says whether this machine has endpoints of the Service."""
    spec = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 32222}
    router.save("web.yaml", service("web", port(80, 30080), **spec))
    router.save("endpoints.yaml", on_node("machine"))
    router.start("--only", "l4")
    until_reached(world.client, MACHINE, 30080, "b1")
    healthy = get(world.client, MACHINE, 32222)
    assert (healthy.status, json.loads(healthy.body)["localEndpoints"]) == (200, 1)
    router.save("endpoints.yaml", on_node("elsewhere"))
    until(lambda: get(world.client, MACHINE, 32222).status == 503, "the node to be unhealthy")
    # Dropped, as kube-proxy does. The kernel may hear of it after those who ask for health.
    until(lambda: end(world.client, MACHINE, 30080) == "timeout", "connections to be dropped")


def test_balancers_ask_for_the_health_of_the_machine(router, world):
    """As of a kube-proxy, and on the same port."""
    router.save("web.yaml", node_port("web", 30080), endpoints("web", 1))
    router.start("--only", "l4", "--healthz-bind-address", "0.0.0.0:10256")
    until_reached(world.client, MACHINE, 30080, "b1")
    assert get(world.client, MACHINE, 10256, "/healthz").status == 200
    router.stop()
    assert end(world.client, MACHINE, 10256) == "refused"
    until_reached(world.client, MACHINE, 30080, "b1")  # who is connected already goes on


def test_explain_names_the_endpoints(router):
    router.save("web.yaml", node_port("web", 30080), endpoints("web", 1, 2))
    router.start("--only", "l4")
    told = router.cli("explain", f"tcp://{MACHINE}:30080", "--from", "192.0.2.10")
    for part in ("shop/web", "10.2.0.11:8080", "10.2.0.12:8080", "this machine's address"):
        assert part in told


def node_port(name, number):
    return service(name, port(80, number), type="NodePort")


def on_node(name):
    found = json.loads(endpoints("web", 1))
    found["endpoints"][0]["nodeName"] = name
    return json.dumps(found) + "\n"


def chosen_port(router, service):
    """As `portico status -o json` tells it."""
    leased = json.loads(router.cli("status", "-o", "json"))["layer4"]["leasedNodePorts"]
    (found,) = [each for each in leased if each["service"] == f"Service shop/{service}"]
    return found["nodePort"]
