"""At which addresses a Service is to be reached."""

import pytest

from compiler.l4 import MACHINE
from compiler.world import look_at, outcome, told
from model.build import service
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_addresses import entrances, is_headless
from portico.model.fact import Fact
from portico.settings import Settings, Via

DEFAULTS = Settings()


def found(
    *facts: Fact, settings: Settings = DEFAULTS, **spec: object
) -> tuple[list[str], list[tuple[str, str]]]:
    """Entrances as `entry address`, and what is refused."""
    fact = service(**spec)  # type: ignore[arg-type]
    petition = Petition(fact)
    asked = entrances(fact, look_at(fact, *facts, settings=settings), petition)
    refused = told(outcome(petition.claims()).refused)
    return [f"{one.entry} {one.address}" for one in asked], refused


LB = "LoadBalancer"


def status(*given: dict[str, str]) -> dict[str, object]:
    return {"loadBalancer": {"ingress": list(given)}}


VIP = status({"ip": "203.0.113.1"})
PROXY = status({"ip": "203.0.113.1", "ipMode": "Proxy"})
NAMED = status({"hostname": "lb.example"})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({},                                                    []),
        ({"clusterIP": ""},                                     []),
        ({"clusterIP": "10.96.0.1"},                            ["cluster-ip 10.96.0.1"]),
        ({"clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1", "FD00::1"]},
         ["cluster-ip 10.96.0.1", "cluster-ip fd00::1"]),
        ({"externalIPs": ["192.0.2.8", "192.0.2.8"]},           ["external-ip 192.0.2.8"]),
        # The status, what is asked for, what this machine has: the first that there is.
        ({"type": LB, "status": VIP, "loadBalancerIP": "192.0.2.9"}, ["load-balancer 203.0.113.1"]),
        ({"type": LB, "loadBalancerIP": "192.0.2.9"},           ["load-balancer 192.0.2.9"]),
        ({"type": LB},              ["load-balancer 192.0.2.1", "load-balancer 2001:db8::1"]),
        ({"type": LB, "ipFamilies": ["IPv6"]},                  ["load-balancer 2001:db8::1"]),
        ({"type": LB, "clusterIP": "10.96.0.1"},
         ["load-balancer 192.0.2.1", "cluster-ip 10.96.0.1"]),
        # A class of its own may have given it an address, which is served all the same.
        ({"type": LB, "loadBalancerClass": "x/y", "status": VIP}, ["load-balancer 203.0.113.1"]),
        # What a Service once was is of no interest.
        ({"status": VIP, "loadBalancerIP": "192.0.2.9"},        []),
        # Only load balancer addresses are fenced, so they come first.
        ({"type": LB, "status": VIP, "externalIPs": ["203.0.113.1"]},
         ["load-balancer 203.0.113.1"]),
    ],
    ids=range(13),
)  # fmt: skip
def test_where_a_service_is_reached(spec: dict[str, object], expected: list[str]) -> None:
    assert found(MACHINE, **spec) == (expected, [])


@pytest.mark.parametrize(
    ("spec", "field", "code"),
    [
        ({"clusterIP": "here"},               "spec.clusterIP",       "FrontendInvalid"),
        ({"clusterIPs": ["127.0.0.1"]},       "spec.clusterIPs[0]",   "FrontendInvalid"),
        ({"externalIPs": ["0.0.0.0"]},        "spec.externalIPs[0]",  "FrontendInvalid"),
        ({"externalIPs": ["224.0.0.1"]},      "spec.externalIPs[0]",  "FrontendInvalid"),
        ({"externalIPs": ["fe80::1%eth0"]},   "spec.externalIPs[0]",  "FrontendInvalid"),
        ({"type": LB, "loadBalancerIP": ":"}, "spec.loadBalancerIP",  "FrontendInvalid"),
        ({"type": LB, "status": PROXY},       "status.loadBalancer.ingress[0]",
         "LoadBalancerElsewhere"),
        ({"type": LB, "status": NAMED},       "status.loadBalancer.ingress[0]",
         "LoadBalancerElsewhere"),
        ({"type": LB, "loadBalancerClass": "x/y"}, "spec.loadBalancerClass", "ClassElsewhere"),
        ({"type": LB, "loadBalancerClass": "x/y", "loadBalancerIP": "192.0.2.9"},
         "spec.loadBalancerClass", "ClassElsewhere"),
        ({"type": LB},                        "spec.type",            "LoadBalancerPending"),
    ],
    ids=range(11),
)  # fmt: skip
def test_where_it_is_not(spec: dict[str, object], field: str, code: str) -> None:
    assert found(**spec) == ([], [(field, code)])


def test_a_bad_address_hurts_no_other() -> None:
    asked, refused = found(externalIPs=["x", "192.0.2.8"])
    assert asked == ["external-ip 192.0.2.8"]
    assert refused == [("spec.externalIPs[0]", "FrontendInvalid")]


def test_addresses_for_load_balancers_can_be_named() -> None:
    settings = Settings(load_balancer_addresses=("192.0.2.7",))
    assert found(MACHINE, type=LB, settings=settings)[0] == ["load-balancer 192.0.2.7"]


def test_in_front_of_nodes_cluster_ips_are_not_served() -> None:
    settings = Settings(via=Via.NODE_PORT)
    spec = {"clusterIP": "10.96.0.1", "externalIPs": ["192.0.2.8"]}
    assert found(settings=settings, **spec) == (["external-ip 192.0.2.8"], [])


def test_the_family_is_assumed_only_of_addresses_that_are_this_machines_choice() -> None:
    def assumed(**spec: object) -> list[bool]:
        fact = service(type=LB, **spec)  # type: ignore[arg-type]
        return [one.is_assumed for one in entrances(fact, look_at(MACHINE), Petition(fact))]

    assert assumed() == [True, True]
    assert assumed(loadBalancerIP="192.0.2.9") == [False]
    assert assumed(ipFamilies=["IPv4"]) == [False]


@pytest.mark.parametrize(
    ("spec", "headless"),
    [
        ({},                                     False),
        ({"clusterIP": ""},                      False),
        ({"clusterIP": "10.96.0.1"},             False),
        ({"clusterIP": "None"},                  True),
        ({"clusterIPs": ["None"]},               True),
        ({"clusterIP": "none"},                  False),    # no address either, and refused as one
    ],
    ids=range(6),
)  # fmt: skip
def test_headless(spec: dict[str, object], headless: bool) -> None:
    assert is_headless(service(**spec)) is headless  # type: ignore[arg-type]
