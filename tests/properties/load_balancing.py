"""Strategies for pools, advertisements, leases, and the Services, nodes and endpoints they meet.

There are few addresses and labels, so that they meet indeed.
"""

from hypothesis import strategies as st

from model import build
from portico.compiler.merge.fitness import OUT_OF_SERVICE
from portico.compiler.nodes import EXCLUDED
from portico.model.fact import Fact
from properties.layer_4 import sometimes

ranges = st.sampled_from(
    ["192.0.2.0/30", "192.0.2.2-192.0.2.9", "2001:db8::/126", "192.0.2.0/29", "odd"]
)
addresses = st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.5", "2001:db8::1", "198.51.100.1"])
homes = st.sampled_from(["home", "home", "home", "elsewhere"])
labels = st.sampled_from([{}, {"rack": "one"}, {"rack": "two"}])
selectors = st.lists(st.builds(lambda found: {"matchLabels": found}, labels), max_size=2)
years = st.sampled_from(["", "@2024", "@2025"])

pools = st.builds(
    lambda name, year, found, home, marks: build.address_pool(
        name + year, *found, namespace=home, labels=marks
    ),
    st.sampled_from(["edge", "dmz"]),
    years,
    st.lists(ranges, max_size=2),
    homes,
    labels,
)
eips = st.builds(
    lambda name, found, spec: build.eip(name, found, **spec),
    st.sampled_from(["edge", "other"]),
    ranges,
    sometimes(
        protocol=st.sampled_from(["layer2", "vip", "bgp", ""]),
        interface=st.sampled_from(["eth0", "can_reach:192.0.2.1"]),
    ),
)
advertisements = st.builds(
    lambda name, year, home, spec: build.l2_advertisement(name + year, namespace=home, **spec),
    st.sampled_from(["one", "two"]),
    years,
    homes,
    sometimes(
        ipAddressPools=st.lists(st.sampled_from(["edge", "dmz", "missing"]), max_size=2),
        ipAddressPoolSelectors=selectors,
        nodeSelectors=selectors,
        serviceSelectors=selectors,
        interfaces=st.lists(st.sampled_from(["eth0", "eth1"]), max_size=2),
        preferredNodeSelectors=st.lists(
            st.builds(
                lambda weight, found: {"weight": weight, "preference": {"matchLabels": found}},
                st.integers(1, 100),
                labels,
            ),
            max_size=2,
        ),
    ),
)
leases = st.builds(
    lambda name, found: build.address_lease(name, *found),
    st.sampled_from(["a", "b"]),
    st.lists(addresses, max_size=2, unique=True),
)
services = st.builds(
    lambda name, year, marks, policy, given, opted: build.service(
        name + year,
        labels=marks,
        annotations={"lb.kubesphere.io/v1alpha1": "openelb"} if opted else {},
        status={"loadBalancer": {"ingress": [{"ip": ip} for ip in given]}},
        type="LoadBalancer",
        externalTrafficPolicy=policy,
    ),
    st.sampled_from(["a", "b"]),
    years,
    labels,
    st.sampled_from(["Cluster", "Cluster", "Local", "Odd"]),
    st.lists(addresses, max_size=2, unique=True),
    st.booleans(),
)
nodes = st.builds(
    lambda name, marks, taints, bad: build.node(
        name,
        "10.1.0.1",
        labels=marks,
        taints=taints,
        conditions={"NetworkUnavailable": "True"} if bad else {},
    ),
    st.sampled_from(["here", "there", "else"]),
    st.sampled_from([{}, {"rack": "one"}, {"rack": "two"}, {EXCLUDED: ""}]),
    st.sampled_from([(), (), (OUT_OF_SERVICE,)]),
    st.sampled_from([False, False, True]),
)
slices = st.builds(
    lambda name, found: build.slice_of(
        name,
        *(build.pod(f"10.0.0.{n}", node, ready=ready) for n, (node, ready) in enumerate(found, 1)),
    ),
    st.sampled_from(["a", "b"]),
    st.lists(st.tuples(st.sampled_from(["here", "there", ""]), st.booleans()), max_size=2),
)
WORKING: tuple[Fact, ...] = (
    build.address_pool("edge", "192.0.2.0/29", "2001:db8::/126"),
    build.l2_advertisement("one"),
    build.address_lease("a", "192.0.2.1", "2001:db8::1"),
    build.service("a", type="LoadBalancer"),
    build.slice_of("a", build.pod("10.0.0.1", "here")),
)
"""A Service that is announced, as long as nothing of it is replaced."""

address_facts: st.SearchStrategy[Fact] = st.one_of(
    pools, advertisements, advertisements, eips, leases, services, services, nodes, nodes, slices
)


def _replaced(found: list[Fact]) -> list[Fact]:
    return list({fact.ref: fact for fact in (*WORKING, *found)}.values())


clusters: st.SearchStrategy[list[Fact]] = st.lists(address_facts, max_size=10).map(_replaced)
"""One that works, with whatever else, and parts of it replaced."""
