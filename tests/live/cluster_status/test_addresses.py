"""Every Ingress of ours shows where it is reached, and nobody else's does."""

import pytest

from kube.api.follower import until
from live.cluster_status.objects import ingress, node, pod, ready, service, slices
from live.cluster_status.replica import errand_of, running
from portico.kube.api.told import Key

SHOP = (service(), slices())


@pytest.fixture
def nodes(unique):
    return f"one-{unique}", f"two-{unique}"


async def test_addresses_that_are_said(reach, owner, namespace):
    mine, theirs = ingress("mine"), ingress("theirs", "somebody-elses")
    owner.apply(mine, theirs)
    errand = errand_of(namespace, "203.0.113.9", "shop.example", "203.0.113.10")
    async with running(reach, errand, mine, theirs, *SHOP) as replica:
        # By host name and then by address, as texts: whoever read the old status reads this one.
        await until(
            lambda: owner.shown("mine") == ["203.0.113.10", "203.0.113.9", "shop.example"],
            "the addresses",
        )
        assert owner.shown("theirs") == []
        await replica.until_written(1)
        report = replica.writing.report()
        assert (report.is_leader, report.statuses_left) == (True, 0)


async def test_what_is_so_already_is_not_written(reach, owner, namespace):
    old, new = ingress("old"), ingress("new")
    owner.apply(old, new)
    entries = [{"ip": "203.0.113.9"}, {"ip": "203.0.113.10"}]  # the order is of no meaning
    owner.status("Ingress", "old", {"loadBalancer": {"ingress": entries}})
    before = owner.version("old")
    errand = errand_of(namespace, "203.0.113.9", "203.0.113.10")
    async with running(reach, errand, old, new, *SHOP) as replica:
        await until(lambda: owner.shown("new"), "the addresses")
        assert owner.version("old") == before
        await replica.until_written(1)


async def test_an_ingress_that_becomes_ours_and_one_that_leaves(reach, owner, namespace):
    later = ingress("later")
    async with running(reach, errand_of(namespace, "203.0.113.9"), *SHOP) as replica:
        owner.apply(later)
        replica.apply(later, namespace=namespace)
        await until(lambda: owner.shown("later") == ["203.0.113.9"], "the address")
        replica.drop("Ingress", namespace, "later")
        owner.status("Ingress", "later", {"loadBalancer": {"ingress": [{"ip": "198.51.100.1"}]}})
        another = ingress("another")
        owner.apply(another)
        replica.apply(another, namespace=namespace)
        await until(lambda: owner.shown("another"), "the address")
        assert owner.shown("later") == ["198.51.100.1"]  # whoever has it now


async def test_addresses_of_a_load_balancer(reach, owner, namespace):
    mine = ingress("mine")
    entry = service("entry", type="LoadBalancer", externalIPs=["203.0.113.1"])
    owner.apply(mine, entry)
    errand = errand_of(namespace, service=Key(namespace, "entry"))
    async with running(reach, errand, mine, *SHOP):
        await until(lambda: owner.shown("mine") == ["203.0.113.1"], "the external address")
        entries = [{"hostname": "lb.example"}, {"ip": "203.0.113.9"}]
        owner.status("Service", "entry", {"loadBalancer": {"ingress": entries}})
        expected = ["203.0.113.1", "203.0.113.9", "lb.example"]
        await until(lambda: owner.shown("mine") == expected, "all addresses")


async def test_a_service_that_is_missing_takes_nothing_away(reach, owner, namespace):
    mine = ingress("mine")
    owner.apply(mine)
    owner.status("Ingress", "mine", {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}})
    errand = errand_of(namespace, service=Key(namespace, "entry"))
    async with running(reach, errand, mine, *SHOP) as replica:
        await until(lambda: "Service" in " ".join(replica.writing.report().troubles), "the trouble")
        assert owner.shown("mine") == ["203.0.113.9"]
        owner.apply(service("entry", type="ExternalName", externalName="entry.example"))
        await until(lambda: owner.shown("mine") == ["entry.example"], "the name")
        assert replica.writing.report().troubles == ()


@pytest.mark.parametrize(
    ("internal", "expected"),
    [(False, ["198.51.100.1", "10.0.0.2"]), (True, ["10.0.0.1", "10.0.0.2"])],
)
async def test_addresses_of_the_nodes_of_ready_pods(
    reach, owner, namespace, nodes, internal, expected
):
    mine, (one, two) = ingress("mine"), nodes
    owner.apply(
        mine,
        node(one, InternalIP="10.0.0.1", ExternalIP="198.51.100.1"),
        node(two, InternalIP="10.0.0.2", Hostname=two),
        pod("portico-a", one, **{"pod-template-hash": "old"}),
        pod("portico-b", two, **{"pod-template-hash": "new"}),
    )
    owner.status("Pod", "portico-a", ready())
    errand = errand_of(namespace, pod="portico-a", by_internal_ip=internal)
    async with running(reach, errand, mine, *SHOP):
        await until(lambda: owner.shown("mine") == expected[:1], "the node of this pod")
        owner.status("Pod", "portico-b", ready())
        await until(lambda: owner.shown("mine") == sorted(expected), "both nodes")
        owner.status("Pod", "portico-b", ready(False))
        await until(lambda: owner.shown("mine") == expected[:1], "the other node to leave")
        owner.status("Pod", "portico-a", ready(False))
        owner.status("Pod", "portico-b", ready())
        await until(lambda: owner.shown("mine") == expected[1:], "the other node alone")


async def test_without_a_pod_of_ours_nothing_is_known(reach, owner, namespace):
    mine = ingress("mine")
    owner.apply(mine)
    async with running(reach, errand_of(namespace), mine, *SHOP) as replica:
        await until(lambda: replica.writing.report().troubles, "the trouble")
        assert "--publish-service" in replica.writing.report().troubles[0]
        assert owner.shown("mine") == []


async def test_no_status_where_none_is_wanted(reach, owner, namespace):
    lonely = ingress("lonely", service="nobody")
    owner.apply(lonely)
    async with running(reach, errand_of(namespace, "203.0.113.9", is_on=False), lonely):
        await until(lambda: owner.reasons("lonely"), "the event")
        assert owner.shown("lonely") == []
