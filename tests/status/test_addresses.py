"""Which addresses Ingresses show."""

import msgspec
import pytest

from portico.kube.api.told import Key
from portico.status.addresses import Surroundings, Unknown, published
from portico.status.own_objects import OwnNode, OwnPod, OwnService, read_ingress, selector
from portico.status.publish import Address, Publish, address_of, in_order

ENTRY = Key("infra", "entry")


def of_service(**told):
    service = msgspec.convert(told, OwnService)
    return texts(published(Publish(service=ENTRY), Surroundings(services={ENTRY: service})))


def texts(found):
    return found.reason if isinstance(found, Unknown) else [str(each) for each in found]


def balanced(*entries):
    return {"loadBalancer": {"ingress": list(entries)}}


IPS = {"externalIPs": ["203.0.113.7", "203.0.113.5"]}
CLUSTER_IP = {"clusterIP": "10.96.0.9"}


@pytest.mark.parametrize(("spec", "status", "expected"), [
    ({"type": "LoadBalancer"}, balanced({"ip": "203.0.113.1"}, {"hostname": "lb.example"}),
     ["203.0.113.1", "lb.example"]),
    # An address wins over the name of the same entry, and an external one is not told twice.
    ({"type": "LoadBalancer", **IPS}, balanced({"ip": "203.0.113.7", "hostname": "lb.example"}),
     ["203.0.113.5", "203.0.113.7"]),
    ({"type": "LoadBalancer"}, {}, []),
    ({"type": "NodePort", **CLUSTER_IP}, {}, ["10.96.0.9"]),
    ({"type": "NodePort", **CLUSTER_IP, **IPS}, {}, ["203.0.113.5", "203.0.113.7"]),
    ({"type": "ClusterIP", **CLUSTER_IP, **IPS}, {}, ["10.96.0.9"]),
    (CLUSTER_IP, {}, ["10.96.0.9"]),
    ({"type": "ExternalName", "externalName": "entry.example"}, {}, ["entry.example"]),
])  # fmt: skip
def test_addresses_of_a_service(spec, status, expected):
    assert of_service(spec=spec, status=status) == expected


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"type": "ClusterIP", "clusterIP": "None"}, "no address of its own"),
        ({"type": "ClusterIP"}, "no address of its own"),
        ({"type": "Carrier"}, "unknown type"),
    ],
)
def test_a_service_that_says_nothing(spec, reason):
    assert reason in of_service(spec=spec)


def test_a_service_that_is_not_there():
    found = published(Publish(service=ENTRY), Surroundings())
    assert texts(found) == "Service infra/entry does not exist; see --publish-service"


def test_addresses_that_were_said_are_enough():
    said = Publish(addresses=(address_of("shop.example"), address_of("2001:db8::1")))
    assert published(said, Surroundings()) == (
        Address(ip="2001:db8::1"),
        Address(hostname="shop.example"),
    )


def pod(node, phase="Running", ready="True"):
    conditions = [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": ready}]
    status = {"phase": phase, "conditions": conditions}
    return msgspec.convert({"spec": {"nodeName": node}, "status": status}, OwnPod)


def node(*addresses):
    told = [{"type": kind, "address": address} for kind, address in addresses]
    return msgspec.convert({"status": {"addresses": told}}, OwnNode)


NODES = {
    Key("", "one"): node(
        ("Hostname", "one"), ("InternalIP", "10.0.0.1"), ("InternalIP", "10.0.0.9"),
        ("ExternalIP", ""), ("ExternalIP", "198.51.100.1"),
    ),
    Key("", "two"): node(("InternalIP", "10.0.0.2")),
    Key("", "bare"): node(("Hostname", "bare")),
}  # fmt: skip


@pytest.mark.parametrize(("pods", "internal", "expected"), [
    ([pod("one"), pod("two")],                     False, ["10.0.0.2", "198.51.100.1"]),
    ([pod("one"), pod("two")],                     True,  ["10.0.0.1", "10.0.0.2"]),
    ([pod("one"), pod("one")],                     True,  ["10.0.0.1"]),
    ([pod("one"), pod("two", ready="False")],      True,  ["10.0.0.1"]),
    ([pod("one"), pod("two", phase="Succeeded")],  True,  ["10.0.0.1"]),
    ([pod("one"), pod("bare")],                    True,  ["10.0.0.1"]),
    ([pod("one"), pod("gone")],                    True,  ["10.0.0.1"]),
    # Nobody is ready while the only one restarts; that takes nothing away.
    ([pod("one", ready="False")],                  True,  "no pod of ours is ready"),
    ([pod("bare")],                                True,
     "no node that a pod of ours runs on has an address"),
])  # fmt: skip
def test_addresses_of_nodes(pods, internal, expected):
    by_name = {Key("infra", f"portico-{number}"): each for number, each in enumerate(pods)}
    around = Surroundings(pods=by_name, nodes=NODES)
    assert texts(published(Publish(by_internal_ip=internal), around)) == expected


def test_the_order_is_by_name_and_then_by_address_as_texts():
    told = ["b.example", "203.0.113.9", "a.example", "203.0.113.10", "203.0.113.9"]
    assert [str(each) for each in in_order(map(address_of, told))] == [
        "203.0.113.10", "203.0.113.9", "a.example", "b.example",
    ]  # fmt: skip


def test_what_an_ingress_shows_already():
    document = {
        "metadata": {"name": "shop", "uid": "u", "resourceVersion": "7"},
        "status": balanced({"hostname": "b.example", "ports": []}, {"ip": "203.0.113.9"}),
    }
    found = read_ingress(msgspec.Raw(msgspec.json.encode(document)))
    assert found.addresses == (Address(ip="203.0.113.9"), Address(hostname="b.example"))


def test_replicas_share_all_labels_but_those_of_a_version():
    labels = {"app": "portico", "pod-template-hash": "5d4", "release": "main"}
    assert selector(labels) == "app=portico,release=main"


@pytest.mark.parametrize(("phase", "deleted", "stays"), [
    ("Running",   "",  True),
    ("Pending",   "",  True),    # the one that follows us in a roll-out
    ("Failed",    "",  False),
    ("Running",   "2026-01-01T00:00:00Z", False),
])  # fmt: skip
def test_who_stays_when_we_go(phase, deleted, stays):
    told = {"metadata": {"deletionTimestamp": deleted}, "status": {"phase": phase}}
    assert msgspec.convert(told, OwnPod).is_staying is stays
