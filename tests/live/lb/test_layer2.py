"""Addresses of pools on a LAN: `portico up` with one folder on several machines."""

import json

from prometheus_client.parser import text_string_to_metric_families

from live.l4.manifests import port, service
from live.l4.router import end, until_reached
from live.lb.town import VIP, VIP6, endpoints, endpoints6, l2, pool
from live.until import until
from portico.engines.arp.election import draw


def dns(number):
    return {**port(number), "protocol": "UDP"}


def shop(town, *more):
    town.save("pool.yaml", pool(f"{VIP}/32", f"{VIP6}/128"), l2())
    web = service("web", port(80), *more, ipFamilyPolicy="PreferDualStack")
    town.save("web.yaml", web, endpoints("web", b1="a", b2="b"), endpoints6("web", b1="a", b2="b"))


def test_a_service_is_reached_at_its_address_wherever_that_is(town):
    """L2-01, L2-04: both families, both protocols; and L2-31: nodes come and go."""
    shop(town, dns(53))
    town.start()
    until_reached(town.client, VIP, 80, "b1", "b2")
    until_reached(town.client, VIP, 53, "b1", "b2", kind="udp")
    until_reached(town.client, VIP6, 80, "b1", "b2")
    owner = town.settle(2)
    until(lambda: town.owner() == owner, "the client to know the owner")
    assert town.owner(VIP6) == owner, "both families are at one node"
    (other,) = set(town.nodes) - {owner}

    # Portico is killed: the addresses stay, and the next one finds them as they are.
    town.nodes[owner].kill()
    town.forget()
    until_reached(town.client, VIP, 80, "b1", "b2")
    assert town.owner() == owner
    pid = town.nodes[owner].state / "arp" / "responder.pid"
    before = pid.read_text()
    town.nodes[owner].start()
    assert pid.read_text() == before
    assert town.nodes[owner].engine("arp")["figures"]["starts"] == 0

    # A planned stop: the other one has them before this one has ended.
    assert town.nodes[owner].stop() == 0
    assert town.owner() == other
    until_reached(town.client, VIP, 80, "b1", "b2")
    until_reached(town.client, VIP6, 80, "b1", "b2")

    # It comes back, and has them again.
    town.nodes[owner].start()
    town.settle(2)
    until(lambda: town.owner() == owner, "the preferred one to have it again")

    # The machine is gone without a word.
    town.switch.unplug(town.nodes[owner].space)
    until(lambda: town.owner() == other, "the other one to have it")
    until_reached(town.client, VIP, 80, "b1", "b2")


RECORDS = {
    "a": {"web": "192.0.2.200", "chat": "192.0.2.201", "mail": "192.0.2.202"},
    "b": {"web": "192.0.2.201", "chat": "192.0.2.200", "mail": "192.0.2.203"},
}
"""Whom each machine has given which address, as both keep a record of their own."""

BACKENDS = {"web": "b1", "chat": "b2", "mail": "b1"}


def test_machines_whose_records_differ_answer_for_what_they_serve(town):
    """Whoever is elected for an address that it never gave away would leave it to nobody."""
    town.save("pool.yaml", pool("192.0.2.200-192.0.2.203"), l2())
    for name, backend in BACKENDS.items():
        slices = endpoints(name, **{backend: "a"})
        town.save(f"{name}.yaml", service(name, port(80)), slices)
    for name, record in RECORDS.items():
        leases = [
            {"namespace": "shop", "service": service, "addresses": [address]}
            for service, address in record.items()
        ]
        town.nodes[name].state.mkdir(parents=True, exist_ok=True)
        document = json.dumps({"version": 1, "leases": leases})
        (town.nodes[name].state / "addresses.json").write_text(document)
    town.nodes["a"].start()
    until_reached(town.client, "192.0.2.202", 80, BACKENDS["mail"])
    town.nodes["b"].start()
    until_reached(town.client, "192.0.2.203", 80, BACKENDS["mail"])
    # By now the one that was elected for the other's address had its time, and was passed over.
    for address, only in (("192.0.2.202", "a"), ("192.0.2.203", "b")):
        town.forget(address)
        until_reached(town.client, address, 80, BACKENDS["mail"])
        assert town.owner(address) == only
    for address in ("192.0.2.200", "192.0.2.201"):
        elected = draw(("a", "b"), address)
        until(lambda a=address, e=elected: owner_now(town, a) == e, f"{elected} to have {address}")
        (meant,) = [name for name, given in RECORDS[elected].items() if given == address]
        until_reached(town.client, address, 80, BACKENDS[meant])


def owner_now(town, address):
    town.forget(address)
    end(town.client, address, 80)
    return town.owner(address)


def test_local_policy_follows_the_endpoints(town):
    """L2-03: only a node with an endpoint announces; the client's address is kept there."""
    town.save("pool.yaml", pool(f"{VIP}/32"), l2())
    web = service("web", port(80), externalTrafficPolicy="Local")
    town.save("web.yaml", web, endpoints("web", b1="a"))
    for name, node in town.nodes.items():
        # Endpoints answer through the node they are said to be on, as pods do.
        backend = town.backends["b1" if name == "a" else "b2"]
        backend.run("ip", "route", "replace", "192.0.2.1/32", "via", address_of(node))
    town.start()
    until_reached(town.client, VIP, 80, "b1")
    assert town.owner() == "a"
    town.save("web.yaml", web, endpoints("web", b2="b"))
    until_reached(town.client, VIP, 80, "b2")
    assert town.owner() == "b"


def test_nobody_announces_what_is_deleted_or_has_no_endpoints(town):
    shop(town)
    town.start()
    until_reached(town.client, VIP, 80, "b1", "b2")
    town.save("web.yaml", service("web", port(80)), endpoints("web"))
    until(lambda: all(held(node) == 0 for node in town.nodes.values()), "nobody to have it")
    town.forget()
    assert end(town.client, VIP, 80) != "answered"
    assert not town.owner(), "nobody has told where it is"
    problems = [each["because"] for each in town.nodes["a"].status()["problems"]]
    assert "NoAnnouncer" in problems


def held(node) -> int:
    return node.engine("arp")["figures"].get("held", 0)


def address_of(node) -> str:
    return {"node-a": "192.0.2.11", "node-b": "192.0.2.12"}[node.space.name]


def test_who_announces_is_told(town):
    """L2-02 for people, L2-09 for dashboards; and who else could, and why not the others."""
    shop(town)
    town.save("nodes.yaml", *(node_of(name) for name in ("a", "b")), node_of("c", excluded=True))
    town.start()
    owner = town.settle(2)
    until_reached(town.client, VIP, 80, "b1", "b2")
    (other,) = set(town.nodes) - {owner}
    for name, node in town.nodes.items():
        told = node.cli("explain", f"tcp://{VIP}:80")
        me = " (this node)" if name == owner else ""
        assert f"announced   by {owner}{me} on eth0" in told
        assert f"could       {other}" in told
        assert "passed over c: the node is excluded" in told
        listed = node.cli("status", "--lb")
        assert f"{VIP}     {owner} on eth0" in listed
    labels = {"service": "shop/web", "protocol": "layer2", "node": owner, "ip": VIP}
    assert measured(town.nodes[owner], "metallb_speaker_announced", labels) == 1
    assert measured(town.nodes[other], "metallb_speaker_announced", labels | {"node": other}) == 0
    for name in ("requests_received", "responses_sent", "gratuitous_sent"):
        assert measured(town.nodes[owner], f"metallb_layer2_{name}", {"ip": VIP}) > 0
    (town.folder / "web.yaml").unlink()
    until(lambda: VIP not in town.nodes[owner].metrics(), "its metrics to vanish")


def measured(node, name: str, labels: dict[str, str]) -> float:
    families = text_string_to_metric_families(node.metrics())
    found = [each for family in families for each in family.samples if each.name == name]
    return next((each.value for each in found if each.labels == labels), 0.0)


def node_of(name: str, *, excluded: bool = False) -> str:
    labels = {"node.kubernetes.io/exclude-from-external-load-balancers": ""} if excluded else {}
    meta = {"name": name, "labels": labels}
    return json.dumps({"apiVersion": "v1", "kind": "Node", "metadata": meta}) + "\n"


def test_an_eip_of_openelb(town):
    """OE-VIP-01, and with it OE-L2-01: `vip` is the same engine, and clients see the same."""
    eip = {"address": f"{VIP}/32", "protocol": "vip", "interface": "eth0"}
    document = {
        "apiVersion": "network.kubesphere.io/v1alpha2",
        "kind": "Eip",
        "metadata": {"name": "edge"},
        "spec": eip,
    }
    town.save("eip.yaml", json.dumps(document) + "\n")
    notes = {
        "lb.kubesphere.io/v1alpha1": "openelb",
        "eip.openelb.kubesphere.io/v1alpha2": "edge",
    }
    town.save("web.yaml", service("web", port(80), notes=notes), endpoints("web", b1="a"))
    town.start()
    until_reached(town.client, VIP, 80, "b1")
    owner = town.settle(1)
    assert town.nodes[owner].stop() == 0
    (other,) = set(town.nodes) - {owner}
    assert town.owner() == other
    until_reached(town.client, VIP, 80, "b1")
