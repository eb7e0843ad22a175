"""Strategies for all that says how addresses are announced, good and bad, and for the addresses.

Names, pools and nodes are few, so that facts meet.
"""

from hypothesis import strategies as st

from model import build
from portico.model.fact import Fact
from properties.layer_4 import sometimes

names = st.sampled_from(["a", "b"])
years = st.sampled_from(["", "@2024", "@2025"])
racks = st.sampled_from(["one", "two", "three"])
selectors = st.lists(st.fixed_dictionaries({"matchLabels": st.fixed_dictionaries({"rack": racks})}),
                     max_size=2)  # fmt: skip
pool_names = st.lists(st.sampled_from(["a", "b", "ghost"]), max_size=2, unique=True)
communities = st.lists(
    st.sampled_from(["64512:1", "64512:2", "large:1:2:3", "loud", "quiet", "1:70000"]), max_size=3
)
addresses = st.sampled_from(["192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "fe80::1", "x"])
services = names.map(lambda name: build.service(name, namespace="shop", type="LoadBalancer"))
ranges = st.sampled_from([["198.51.100.0/28"], ["198.51.100.0/30", "2001:db8:99::/120"], ["x"]])


@st.composite
def named(draw: st.DrawFn) -> str:
    return draw(names) + draw(years)


advertisements = st.builds(
    lambda name, spec: build.bgp_advertisement(name, **spec),
    named(),
    sometimes(
        ipAddressPools=pool_names,
        nodeSelectors=selectors,
        serviceSelectors=selectors,
        peers=pool_names,
        localPref=st.sampled_from([0, 100, 200]),
        communities=communities,
        aggregationLength=st.sampled_from([24, 30, 32]),
        aggregationLengthV6=st.sampled_from([64, 128]),
    ),
)
peers = st.builds(
    lambda name, address, spec: build.bgp_peer(name, address, **spec),
    named(),
    addresses,
    sometimes(
        nodeSelectors=selectors,
        bfdProfile=names,
        passwordSecret=st.fixed_dictionaries({"name": names}),
        password=st.just("x"),
        holdTime=st.sampled_from(["90s", "1s", "soon"]),
        keepaliveTime=st.sampled_from(["30s", "2m"]),
        dynamicASN=st.sampled_from(["external", "odd"]),
        peerASN=st.sampled_from([64512, 64513, None]),
        ebgpMultiHop=st.booleans(),
        dualStackAddressFamily=st.booleans(),
    ),
)
openelb = st.one_of(
    st.builds(
        lambda name, number: build.bgp_conf(name, **{"as": number}),
        st.sampled_from(["default", "other"]), st.sampled_from([0, 50000]),
    ),
    st.builds(build.openelb_peer, names, addresses),
    st.builds(build.eip, names, st.sampled_from(["198.51.100.8/29", "203.0.113.1"])),
)  # fmt: skip
announcing: st.SearchStrategy[Fact] = st.one_of(
    services,
    st.builds(lambda name, found: build.address_pool(name, *found), named(), ranges),
    advertisements,
    advertisements,
    peers,
    peers,
    openelb,
    st.builds(build.l2_advertisement, names),
    st.builds(build.bfd_profile, names, echoMode=st.booleans()),
    st.builds(lambda name, value: build.community(name, loud=value), named(),
              st.sampled_from(["64512:9", "odd"])),
    st.builds(build.basic_auth, names, st.just("x")),
    st.builds(lambda name, rack: build.node(name, labels={"rack": rack}), names, racks),
    st.builds(
        lambda name, found: build.address_lease(name, *found), names,
        st.sampled_from([["198.51.100.1"], ["198.51.100.2", "2001:db8:99::2"]]),
    ),
    st.builds(
        lambda name, node, ready: build.slice_of(
            name, build.pod("10.0.0.1", node, ready=ready), namespace="shop"
        ),
        names, names, st.booleans(),
    ),
)  # fmt: skip

BASE = (
    build.service("a", namespace="shop", type="LoadBalancer"),
    build.slice_of("a", build.pod("10.0.0.1", "a"), namespace="shop"),
    build.address_lease("a", "198.51.100.1"),
    build.address_pool("a", "198.51.100.0/28"),
    build.bgp_peer("a", "192.0.2.1"),
    build.bgp_advertisement("a"),
)
"""Enough for a route; edits may change or remove all of it."""

worlds = st.lists(announcing, max_size=10).map(lambda found: [*BASE, *found])
