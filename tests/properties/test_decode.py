"""decode never raises, whatever the document is; and what it lets in never breaks a step."""

import datetime
import json

from hypothesis import example, given
from hypothesis import strategies as st

from model.build import Document
from portico.compiler.compiler import Compiler
from portico.ipam.address_demand import AddressDemands
from portico.ipam.address_leases import AddressBook
from portico.model.decode import KINDS, Trouble, decode
from portico.model.fact import Fact
from portico.plan.document import plan_document
from portico.plan.plan import Diff, Plan
from portico.plan.pool import Pool
from portico.settings import Settings, Via
from portico.sources.addresses import lease_of
from portico.store import Store

HOSTILE = (
    "", " ", "a", "\n", "\0", "\ud800", "\udfff\ud800", '"', "'", "`", "\\", "{}", "{0.__class__}",
    "$host", "${x}", ";", "}", "#", "]]", "--[[", "%s", "%2f", "../../etc", "a/b", "a\r\nb: c",
    "\u202e", "\ufeff", "é", "x" * 1_000_000, "*", "*.", "80", "-1", "1e9", "null", "true",
    "2026-01-01T00:00:00Z", "10.0.0.1", "::1%eth0", "kubernetes.io/tls", "tls.crt",
)  # fmt: skip

texts = st.one_of(st.sampled_from(HOSTILE), st.text(alphabet=st.characters(codec=None)))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 80, 65536, 2**63, 2**64, 10**400, -(10**400)]),
    st.floats(),
    texts,
    st.binary(max_size=9),
    st.dates(),
    st.sampled_from([datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), {1, 2}, object]),
)
keys = st.one_of(texts, st.integers(), st.none(), st.booleans(), st.tuples(st.integers()))


def mappings(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.dictionaries(keys, values, max_size=4)


anything = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), mappings(inner)), max_leaves=12
)
KNOWN = [*KINDS, ("v1", "Secret"), ("extensions/v1beta1", "Ingress"), ("apps/v1", "Service")]

# Every field that any kind reads, so that mutations meet the decoder where it looks.
FIELDS = (
    "metadata", "name", "namespace", "creationTimestamp", "labels", "annotations", "spec", "type",
    "ports", "port", "protocol", "appProtocol", "targetPort", "externalName", "subsets",
    "addresses", "ip", "data", "stringData", "endpoints", "conditions", "ready", "serving",
    "terminating", "addressType", "ingressClassName", "defaultBackend", "tls", "hosts",
    "secretName", "rules", "host", "http", "paths", "path", "pathType", "backend", "service",
    "number", "resource", "kind", "controller", "clusterIP", "clusterIPs", "ipFamilies",
    "externalIPs", "loadBalancerIP", "loadBalancerSourceRanges", "nodePort", "status",
    "loadBalancer", "ingress", "ipMode", "sessionAffinityConfig", "clientIP", "timeoutSeconds",
    "nodeName", "zone", "hints", "forZones", "forNodes", "notReadyAddresses", "taints", "key",
    "address", "healthCheckNodePort", "deletionTimestamp", "autoAssign", "avoidBuggyIPs",
    "serviceAllocation", "priority", "namespaces", "namespaceSelectors", "serviceSelectors",
    "matchLabels", "matchExpressions", "operator", "values", "ipAddressPools", "nodeSelectors",
    "ipAddressPoolSelectors", "preferredNodeSelectors", "weight", "preference", "interfaces",
    "aggregationLength", "aggregationLengthV6", "localPref", "communities", "peers", "myASN",
    "peerASN", "peerAddress", "peerPort", "passwordSecret", "bfdProfile", "receiveInterval",
    "value", "as", "asPerRack", "listenPort", "conf", "transport", "timers", "config",
    "nodeSelector", "namespaceSelector", "protocol", "interface", "selector",
    "ipFamilyPolicy", "unschedulable",
)  # fmt: skip
near = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=30,
)


def documents(values: st.SearchStrategy[object]) -> st.SearchStrategy[Document]:
    return st.builds(
        lambda known, name, fields: {
            "metadata": {"name": name} if name else {},
            **fields,
            "apiVersion": known[0],
            "kind": known[1],
        },
        st.sampled_from(KNOWN),
        st.sampled_from(["", "a", "b"]),
        st.dictionaries(
            st.sampled_from(
                ["metadata", "spec", "status", "data", "stringData", "type", "endpoints"]
            ),
            values,
            max_size=3,
        ),
    )


def is_good(found: object) -> bool:
    """A fact, or a message that fits on a line and can be sent anywhere."""
    if isinstance(found, Fact):
        return True
    assert isinstance(found, Trouble)
    line = f"{found.ref} {found.field} {found.reason} {found.hint}"
    return line.isprintable() and len(line) < 2000 and bool(found.reason and found.hint)


@given(anything)
def test_anything_at_all(document: object) -> None:
    assert is_good(decode(document))


@given(documents(anything))
def test_known_kinds_with_anything_inside(document: Document) -> None:
    assert is_good(decode(document))


@given(documents(near))
def test_known_kinds_with_known_fields_in_the_wrong_places(document: Document) -> None:
    assert is_good(decode(document))


def test_deep_documents() -> None:
    deep: object = "x"
    for _ in range(50_000):
        deep = {"spec": [deep]}
    for field in ("metadata", "spec", "data", "elsewhere"):
        for kind in KNOWN:
            document = {"metadata": {"name": "a"}, "apiVersion": kind[0], "kind": kind[1]}
            assert is_good(decode({**document, field: deep}))


def hostile(good: object) -> st.SearchStrategy[object]:
    """The same document, with any of its strings replaced."""
    if isinstance(good, dict):
        return st.fixed_dictionaries({key: hostile(value) for key, value in good.items()})
    if isinstance(good, list):
        return st.tuples(*(hostile(value) for value in good)).map(list)
    if isinstance(good, str):
        return st.one_of(st.just(good), st.just(good), st.just(good), texts)
    return st.just(good)


SERVICE = {"service": {"name": "a", "port": {"number": 80}}}
NAMED = {"service": {"name": "a", "port": {"name": "web"}}}
SELECTOR = {
    "matchLabels": {"a": "b"},
    "matchExpressions": [{"key": "c", "operator": "In", "values": ["d"]}],
}
SPECS: dict[str, Document] = {
    "Ingress": {
        "spec": {
            "ingressClassName": "nginx",
            "defaultBackend": SERVICE,
            "tls": [{"hosts": ["a.example"], "secretName": "a"}],
            "rules": [
                {
                    "host": "a.example",
                    "http": {
                        "paths": [
                            {"path": "/x", "pathType": "Prefix", "backend": SERVICE},
                            {"path": "/y", "pathType": "Exact", "backend": NAMED},
                            {"path": "/z", "backend": {"resource": {"kind": "B", "name": "b"}}},
                        ]
                    },
                }
            ],
        }
    },
    "IngressClass": {"spec": {"controller": "portico.dev/ingress"}},
    "Service": {
        "spec": {
            "type": "LoadBalancer",
            "externalName": "x.example",
            "clusterIP": "10.96.0.1",
            "clusterIPs": ["10.96.0.1", "fd00::1"],
            "ipFamilies": ["IPv4", "IPv6"],
            "ipFamilyPolicy": "PreferDualStack",
            "selector": {"app": "web"},
            "externalIPs": ["198.51.100.1"],
            "loadBalancerIP": "203.0.113.1",
            "loadBalancerClass": "",
            "loadBalancerSourceRanges": ["192.0.2.0/24"],
            "externalTrafficPolicy": "Local",
            "internalTrafficPolicy": "Cluster",
            "healthCheckNodePort": 32222,
            "sessionAffinity": "ClientIP",
            "trafficDistribution": "PreferClose",
            "ports": [
                {
                    "port": 80,
                    "name": "web",
                    "protocol": "TCP",
                    "appProtocol": "",
                    "targetPort": "w",
                    "nodePort": 30080,
                }
            ],
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.2", "ipMode": "VIP"}]}},
    },
    "Node": {
        "spec": {"taints": [{"key": "a", "value": "b", "effect": "NoExecute"}]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": "10.1.0.1"}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    },
    "EndpointSlice": {
        "addressType": "IPv4",
        "endpoints": [
            {
                "addresses": ["10.0.0.1"],
                "nodeName": "here",
                "zone": "z1",
                "hints": {"forZones": [{"name": "z1"}], "forNodes": [{"name": "here"}]},
            }
        ],
        "ports": [{"port": 80, "name": "web", "protocol": "TCP"}],
    },
    "Endpoints": {
        "subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80, "name": "web"}]}]
    },
    "Secret": {"type": "Opaque", "data": {"tls.crt": "aaaa"}, "stringData": {"x": "y"}},
    "ConfigMap": {"data": {"a": "b"}},
    "Namespace": {},
    "IPAddressPool": {
        "spec": {
            "addresses": ["192.0.2.0/24", "2001:db8::1-2001:db8::9"],
            "autoAssign": True,
            "avoidBuggyIPs": True,
            "serviceAllocation": {
                "priority": 5,
                "namespaces": ["shop"],
                "namespaceSelectors": [SELECTOR],
                "serviceSelectors": [SELECTOR],
            },
        }
    },
    "L2Advertisement": {
        "spec": {
            "ipAddressPools": ["a"],
            "ipAddressPoolSelectors": [SELECTOR],
            "nodeSelectors": [SELECTOR],
            "preferredNodeSelectors": [{"weight": 10, "preference": SELECTOR}],
            "interfaces": ["eth0"],
            "serviceSelectors": [SELECTOR],
        }
    },
    "BGPAdvertisement": {
        "spec": {
            "aggregationLength": 32,
            "aggregationLengthV6": 128,
            "localPref": 100,
            "communities": ["64512:1", "large:1:2:3", "b"],
            "ipAddressPools": ["a"],
            "peers": ["a"],
        }
    },
    "BGPPeer": {
        "spec": {
            "myASN": 64512,
            "peerASN": 64513,
            "dynamicASN": "external",
            "peerAddress": "192.0.2.9",
            "interface": "eth0",
            "sourceAddress": "192.0.2.1",
            "routerID": "192.0.2.1",
            "holdTime": "90s",
            "keepaliveTime": "30s",
            "connectTime": "10s",
            "password": "p",
            "passwordSecret": {"name": "a"},
            "bfdProfile": "a",
            "vrf": "red",
        }
    },
    "BFDProfile": {"spec": {"receiveInterval": 100, "detectMultiplier": 3}},
    "Community": {"spec": {"communities": [{"name": "b", "value": "64512:2"}]}},
    "Eip": {
        "spec": {
            "address": "192.0.2.100-192.0.2.110",
            "protocol": "layer2",
            "interface": "can_reach:192.0.2.1",
            "priority": 1,
            "namespaces": ["shop"],
            "namespaceSelector": {"a": "b"},
        }
    },
    "BgpConf": {
        "spec": {
            "as": 64512,
            "asPerRack": {"left": 64520},
            "routerId": "192.0.2.1",
            "listenPort": 17900,
            "listenAddresses": ["192.0.2.1"],
            "policy": "a",
        }
    },
    "BgpPeer": {
        "spec": {
            "conf": {
                "neighborAddress": "192.0.2.9",
                "neighborInterface": "eth0",
                "peerAs": 64513,
                "authPassword": "p",
            },
            "timers": {"config": {"holdTime": "90", "keepaliveInterval": "30"}},
            "nodeSelector": SELECTOR,
        }
    },
}


def whole(version: str, kind: str) -> Document:
    metadata = {
        "name": "a",
        "namespace": "shop",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"kubernetes.io/service-name": "a", "topology.kubernetes.io/zone": "z1"},
        "annotations": {
            "kubernetes.io/elb.lb-algorithm": "SOURCE_IP",
            "service.beta.kubernetes.io/load-balancer-source-ranges": "192.0.2.0/24",
            "service.beta.kubernetes.io/ovh-loadbalancer-proxy-protocol": "v1",
            "service.beta.kubernetes.io/aws-load-balancer-healthcheck-path": "/up",
            "service.beta.kubernetes.io/aws-load-balancer-healthcheck-interval": "5",
            "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes": "a=b",
            "kubernetes.io/ingress.class": "nginx",
            "metallb.io/address-pool": "a",
            "metallb.io/loadBalancerIPs": "192.0.2.9,2001:db8::2",
            "metallb.io/allow-shared-ip": "key",
            "metallb.universe.tf/address-pool": "a",
            "eip.openelb.kubesphere.io/v1alpha2": "a",
            "eip.openelb.kubesphere.io/is-default-eip": "true",
            "lb.kubesphere.io/v1alpha1": "",
            "nginx.ingress.kubernetes.io/ssl-redirect": "true",
            "ingressclass.kubernetes.io/is-default-class": "true",
        },
    }
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **SPECS[kind]}


# How many slashes are in the names of keys, where there are any.
SLASHES = {
    "backend": {2},
    "certificate": {1},
    "outcome": {2},
    "frontend": {2},
    "nodePort": {1},
    "portRequest": {3},
    "pool": {5, 6},
    "probe": {1},
    "addressPool": {2},
    "addressRequest": {1},
}
WHOLE = [whole(version, kind) for version, kind in [*KINDS, ("v1", "Secret")]]


def leases(plan: Plan) -> list[Fact]:
    """What comes of asking the pools for addresses."""
    demands = AddressDemands()
    demands.follow(Diff(dict(plan), set()))
    answers = AddressBook({}).follow(demands.now)
    return [lease_of(ref, answer, is_record=True) for ref, answer in answers.items() if answer]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[object, ...]:
    """All kinds; a few of them hostile, as all at once are more than hypothesis draws."""
    places = st.sets(st.integers(0, len(WHOLE) - 1), min_size=1, max_size=5)
    chosen = draw(places)
    return tuple(draw(hostile(good)) if n in chosen else good for n, good in enumerate(WHOLE))


@given(worlds(), st.sampled_from(Via))
@example(tuple(WHOLE), Via.ENDPOINTS)
@example(tuple(WHOLE), Via.NODE_PORT)
def test_hostile_strings_in_every_field_of_every_kind(found: tuple[object, ...], via: Via) -> None:
    """Nothing raises, nothing is a bug, and the plan can be written down as text."""
    store = Store()
    compiler = Compiler(store, Settings(via=via, node_name="here"))
    for document in found:
        fact = decode(document)
        assert is_good(fact)
        if isinstance(fact, Fact):
            compiler.recompile(store.put(fact))
    compiler.recompile(set().union(*map(store.put, leases(compiler.plan))))
    assert compiler.bugs == []
    for key, unit in compiler.plan.items():
        assert key == unit.key
        assert key.name.isascii()
        assert key.name.isprintable()
        assert key.name.count("/") in SLASHES.get(key.kind, {0})
        for left in unit.left_out if isinstance(unit, Pool) else ():
            assert f"{left.who}{left.reason}".isprintable()
            assert len(left.reason) < 1000
        for refusal in unit.refused:
            assert refusal.reason.isprintable()
            assert len(refusal.reason) < 1000
    assert json.dumps(plan_document(compiler.plan), ensure_ascii=False).encode()
