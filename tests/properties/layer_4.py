"""Strategies for Services of every field, and for all that layer 4 reads beside them.

Names, addresses and ports are few, so that facts meet: in conflicts, in circles, on this machine.
"""

from hypothesis import strategies as st

from model import build
from portico.compiler.health_check import PREFIX as CHECKS
from portico.compiler.lower.service import ELSEWHERE
from portico.compiler.lower.service_annotations import ALGORITHM, SOURCE_RANGES, TARGETS
from portico.compiler.merge.topology import ZONE
from portico.compiler.nodes import EXCLUDED, GOING
from portico.model.fact import Fact
from portico.model.local import machine

BETA = "service.beta.kubernetes.io/"

namespaces = st.sampled_from(["m", "m", "m", "n"])
names = st.sampled_from(["a", "b"])
node_names = st.sampled_from(["here", "there"])
zones = st.sampled_from(["z1", "z2"])
addresses = st.sampled_from(["10.0.0.1", "10.0.0.2", "127.0.0.1", "2001:db8::1", "0.0.0.0", "pod"])
external_names = st.sampled_from(["x.example", "y.example", "localhost"])
protocols = st.sampled_from(["TCP", "TCP", "TCP", "UDP"])
own_addresses = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"])
"""Of this machine; one of them is an endpoint's as well."""

entrances = st.sampled_from(
    ["10.96.0.1", "10.96.0.2", "fd00::1", "192.0.2.1", "10.0.0.1", "odd", "127.0.0.1"]
)
cluster_ips = st.sampled_from(["10.96.0.1", "10.96.0.1", "fd00::1", "None", ""])
policies = st.sampled_from(["Cluster", "Cluster", "Local", "Local", "Odd"])
node_ports = st.sampled_from([0, 0, 30080, 30081, 80])


def sometimes(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Each of the fields is there or not."""
    return st.fixed_dictionaries({}, optional=fields)


service_ports = st.fixed_dictionaries(
    {
        "port": st.sampled_from([80, 80, 81]),
        "name": st.sampled_from(["", "", "web"]),
        "protocol": st.sampled_from(["TCP", "TCP", "UDP", "SCTP", "ODD"]),
        "targetPort": st.sampled_from([8080, "web"]),
        "appProtocol": st.sampled_from(["", "https", "kubernetes.io/h2c"]),
        "nodePort": node_ports,
    }
)
given = st.lists(
    sometimes(
        ip=st.sampled_from(["192.0.2.1", "203.0.113.1", "2001:db8::1", ""]),
        hostname=st.just("lb.example"),
        ipMode=st.sampled_from(["VIP", "VIP", "Proxy"]),
    ),
    max_size=2,
)
annotations = st.fixed_dictionaries(
    {},
    optional={
        ALGORITHM: st.sampled_from(["SOURCE_IP", "LEAST_CONNECTIONS", "odd"]),
        TARGETS: st.sampled_from(
            ["preserve_client_ip.enabled=true", "preserve_client_ip.enabled=false", "odd"]
        ),
        SOURCE_RANGES: st.sampled_from(["192.0.2.0/24,::/0", "odd"]),
        f"{BETA}ovh-loadbalancer-proxy-protocol": st.sampled_from(["v1", "v2", "odd"]),
        f"{CHECKS}interval": st.sampled_from(["5", "odd"]),
        f"{CHECKS}port": st.sampled_from(["traffic-port", "8080", "odd"]),
        f"{CHECKS}path": st.sampled_from(["/up", "odd"]),
        f"{CHECKS}protocol": st.sampled_from(["TCP", "HTTP", "odd"]),
    },
)
specs = sometimes(
    clusterIP=cluster_ips,
    clusterIPs=st.lists(cluster_ips, max_size=2),
    ipFamilies=st.lists(st.sampled_from(["IPv4", "IPv6", "odd"]), max_size=2),
    externalIPs=st.lists(entrances, max_size=2),
    loadBalancerIP=entrances,
    loadBalancerClass=st.sampled_from(["", "", "x/y"]),
    loadBalancerSourceRanges=st.lists(st.sampled_from(["192.0.2.0/24", "::/0", "odd"]), max_size=2),
    allocateLoadBalancerNodePorts=st.booleans(),
    externalTrafficPolicy=policies,
    internalTrafficPolicy=policies,
    healthCheckNodePort=node_ports,
    sessionAffinity=st.sampled_from(["None", "ClientIP", "Odd"]),
    sessionAffinityConfig=st.just({"clientIP": {"timeoutSeconds": 60}}),
    publishNotReadyAddresses=st.booleans(),
    trafficDistribution=st.sampled_from(["PreferClose", "PreferSameNode", "Odd"]),
    externalName=external_names,
)
TYPES = ["ClusterIP", "NodePort", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName", "Odd"]


@st.composite
def all_services(draw: st.DrawFn) -> Fact:
    spec = draw(specs)
    spec["type"] = draw(st.sampled_from(TYPES))
    spec["ports"] = draw(st.lists(service_ports, min_size=1, max_size=2))
    return build.service(
        draw(names) + draw(st.sampled_from(["", "@2024", "@2025"])),
        namespace=draw(namespaces),
        annotations=draw(annotations),
        labels=draw(st.sampled_from([{}, {}, {}, {ELSEWHERE: "other"}])),
        status={"loadBalancer": {"ingress": draw(given)}},
        **spec,  # type: ignore[arg-type]
    )


conditions = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("ready", "serving", "terminating"), st.booleans())
)
pods = st.builds(
    lambda address, node, zone, hints, says: build.pod(address, node, zone, hints, **says),
    st.one_of(addresses, st.sampled_from(["10.96.0.1", "192.0.2.1"])),
    st.sampled_from(["here", "here", "there", ""]),
    st.sampled_from(["z1", "z2", ""]),
    st.sampled_from(["", "", "zone:z1", "zone:z2", "node:here zone:z1"]),
    conditions,
)
nodes = st.builds(
    lambda name, found, labels, taints, leaving: build.node(
        name, *found, labels=labels, taints=taints, leaving=leaving
    ),
    node_names,
    st.lists(
        st.sampled_from(
            ["10.1.0.1", "10.1.0.2", "2001:db8:1::1", "192.0.2.1", "127.0.0.1", "Hostname=a", "odd"]
        ),
        max_size=2,
    ),
    st.sampled_from([{}, {ZONE: "z1"}, {ZONE: "z2"}, {EXCLUDED: ""}]),
    st.sampled_from([(), (), (GOING,)]),
    st.sampled_from([False, False, False, True]),
)
machines = st.builds(
    lambda found, count: machine(tuple(found), tuple(found[:count])),
    st.lists(own_addresses, max_size=3, unique=True),
    st.integers(0, 2),
)
listenings = st.builds(
    build.listening,
    st.sampled_from(["tcp-80", "udp-80", "tcp-30080"]),
    st.sampled_from(["0.0.0.0", "::", "192.0.2.1", "127.0.0.1"]),
)
leases = st.builds(
    build.lease,
    st.sampled_from(["a.80-tcp", "a.80-udp", "b.80-tcp", "b.81-tcp"]),
    st.sampled_from([30080, 30081, 31000, 80]),
    namespaces,
)
healths = st.builds(
    lambda name, reason, failed: build.health(name, reason, **failed),
    st.builds(
        lambda node, port: f"{node}/{port}",
        node_names,
        st.sampled_from([10256, 8080, 30080, 30081]),
    ),
    st.sampled_from(["", "timed out"]),
    st.sampled_from([{}, {"p30080": "refused"}]),
)
l4_facts = st.one_of(all_services(), all_services(), nodes, machines, listenings, leases, healths)
