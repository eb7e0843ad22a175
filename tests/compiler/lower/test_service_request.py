"""What a Service of type LoadBalancer wants of the address pools."""

from typing import Any

import pytest

from compiler.l4 import MACHINE, refused
from compiler.world import lowered
from model.build import (
    address_lease,
    address_pool,
    document,
    eip,
    fact,
    l2_advertisement,
    service,
)
from portico.compiler.wants_l4 import FrontendWant
from portico.model.fact import Fact
from portico.plan.address_pool import Product
from portico.plan.address_request import AddressRequest, AddressWant, Stack, Terms
from portico.plan.transport import Family, Transport
from portico.settings import Settings

LB = "LoadBalancer"
V4, V6 = Family.IPV4, Family.IPV6
POOL = address_pool("edge", "192.0.2.0/28")
EIP = eip("edge", "198.51.100.0/28")
OPEN = {"lb.kubesphere.io/v1alpha1": "openelb"}
OURS = {"metallb.io/ip-allocated-from-pool": "edge"}
DEFAULTS = Settings()


def met(**annotations: str) -> dict[str, str]:
    return {f"metallb.io/{key.replace('_', '-')}": text for key, text in annotations.items()}


def found(
    *facts: Fact, settings: Settings = DEFAULTS, **spec: Any
) -> tuple[AddressRequest | None, list[str], list[tuple[str, str]]]:
    """The request, the addresses that are served, and what is refused."""
    made = service(**{"type": LB, **spec})
    claims = list(lowered(made, MACHINE, *facts, settings=settings))
    requests = [claim.want for claim in claims if isinstance(claim.want, AddressRequest)]
    served = [claim.want.address for claim in claims if isinstance(claim.want, FrontendWant)]
    assert len(requests) < 2
    return (requests[0] if requests else None), served, refused(claims)


def want(*facts: Fact, settings: Settings = DEFAULTS, **spec: Any) -> AddressWant:
    request, _, _ = found(*facts, settings=settings, **spec)
    assert request
    assert request.want
    return request.want


@pytest.mark.parametrize(
    ("facts", "spec", "product"),
    [
        ([],          {},                                        None),
        ([POOL],      {},                                        Product.METALLB),
        ([POOL],      {"type": "ClusterIP"},                     None),    # OE-IPAM-02 too
        ([POOL],      {"type": "NodePort"},                      None),
        ([POOL],      {"loadBalancerClass": "foo"},              None),    # CLS-01
        ([EIP],       {},                                        None),    # OE-IPAM-03
        ([EIP],       {"annotations": OPEN},                     Product.OPENELB),
        ([EIP],       {"annotations": {**OPEN, "lb.kubesphere.io/v1alpha1": "x"}}, None),
        ([EIP],       {"annotations": OPEN, "loadBalancerClass": "foo"}, Product.OPENELB),
        ([POOL, EIP], {"annotations": OPEN},                     Product.OPENELB),
        ([POOL, EIP], {},                                        Product.METALLB),
        ([POOL],      {"annotations": OPEN},                     Product.METALLB),
    ],
)  # fmt: skip
def test_whose_pools_are_asked(facts: list[Fact], spec: Any, product: Product | None) -> None:
    request, _, _ = found(*facts, **spec)
    asked = request.want.terms.product if request and request.want else None
    assert asked is product


def test_a_class_of_its_own() -> None:
    """CLS: with --load-balancer-class only that one is looked at, and none is another class."""
    settings = Settings(load_balancer_class="foo")
    assert found(POOL, settings=settings, loadBalancerClass="foo")[0]
    request, served, no = found(POOL, settings=settings)
    assert (request, served, no) == (None, [], [("spec.loadBalancerClass", "ClassElsewhere")])


def test_where_there_are_pools_this_machine_gives_no_address_of_its_own() -> None:
    assert found()[1] == ["192.0.2.1", "2001:db8::1"]
    assert found(POOL)[1:] == ([], [("spec.type", "LoadBalancerPending")])
    assert found(EIP)[1:] == ([], [("spec.type", "NoPoolFits")])


def test_what_is_wanted_is_not_served_until_it_is_given() -> None:
    request, served, _ = found(POOL, loadBalancerIP="192.0.2.5")
    assert request
    assert request.want
    assert (request.want.addresses, served) == (("192.0.2.5",), [])


def test_a_lease_is_served() -> None:
    request, served, no = found(POOL, l2_advertisement("all"), address_lease("cart", "192.0.2.7"))
    assert request
    assert (request.addresses, served, no) == (("192.0.2.7",), ["192.0.2.7"], [])


def test_a_lease_goes_before_what_a_manifest_says_of_its_status() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "203.0.113.5"}]}}
    request, served, _ = found(POOL, address_lease("cart", "192.0.2.7"), status=status)
    assert request
    assert (request.held, request.addresses) == (("203.0.113.5",), ("192.0.2.7",))
    assert served == ["192.0.2.7"]


def test_in_a_cluster_the_status_is_served_and_the_lease_is_what_is_to_stand_there() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.5"}]}}
    lease = address_lease("cart", "192.0.2.7", is_record=False)
    request, served, _ = found(POOL, lease, status=status)
    assert request
    assert request.given
    assert (request.given.addresses, request.addresses) == (("192.0.2.7",), ("192.0.2.5",))
    assert served == ["192.0.2.5"]


def test_why_there_is_none() -> None:
    lease = address_lease("cart", because="ADDRESS_HELD", detail="192.0.2.5 is held by Service a/b")
    wanted = met(loadBalancerIPs="192.0.2.5")
    _, served, no = found(POOL, lease, annotations=wanted)
    assert (served, no) == (
        [], [('metadata.annotations["metallb.io/loadBalancerIPs"]', "AddressHeld")],
    )  # fmt: skip
    missing = address_lease("cart", because="POOL_MISSING", detail="'x'")
    _, _, no = found(POOL, missing, annotations=met(address_pool="x"))
    assert no == [('metadata.annotations["metallb.io/address-pool"]', "PoolMissing")]


def test_everything_that_is_said_of_metallbs_pools() -> None:
    namespace = fact(document("v1", "Namespace", "shop", "", labels={"team": "red"}))
    asked = want(
        POOL, namespace,
        ports=[{"port": 80}, {"port": 53, "protocol": "UDP"}],
        labels={"app": "web"},
        annotations=met(address_pool="edge", loadBalancerIPs="192.0.2.5, 2001:DB8::5",
                        allow_shared_ip="k"),
        selector={"b": "2", "a": "1"}, externalTrafficPolicy="Local",
        ipFamilies=["IPv6", "IPv4"], ipFamilyPolicy="RequireDualStack",
    )  # fmt: skip
    ports = frozenset({(Transport.TCP, 80), (Transport.UDP, 53)})
    assert asked.terms == Terms(Product.METALLB, "k", "Local a=1,b=2", ports)
    assert (asked.pool, asked.addresses) == ("edge", ("192.0.2.5", "2001:db8::5"))
    assert (asked.stack, asked.families) == (Stack.REQUIRE_DUAL, (V6, V4))
    assert asked.labels == {"app": "web"}
    assert asked.namespace_labels == {"team": "red", "kubernetes.io/metadata.name": "shop"}
    assert want(POOL, selector={"a": "1"}).terms.backend == ""


def test_everything_that_is_said_of_openelbs_pools() -> None:
    annotations = {**OPEN, "eip.openelb.kubesphere.io/v1alpha2": "edge",
                   "eip.openelb.kubesphere.io/v1alpha1": "198.51.100.3",
                   "metallb.io/allow-shared-ip": "k"}  # fmt: skip
    asked = want(EIP, annotations=annotations, ipFamilyPolicy="PreferDualStack",
                 ipFamilies=["IPv4", "IPv6"], externalTrafficPolicy="Local")  # fmt: skip
    assert (asked.pool, asked.addresses) == ("edge", ("198.51.100.3",))
    assert (asked.stack, asked.families) == (Stack.SINGLE, (V4,))
    assert (asked.terms.sharing, asked.terms.backend) == ("", "")
    stated = want(EIP, annotations=OPEN, loadBalancerIP="198.51.100.4")
    assert stated.addresses == ("198.51.100.4",)


@pytest.mark.parametrize(
    ("spec", "stack", "families"),
    [
        ({},                                                Stack.SINGLE,       (V4, V6)),
        ({"ipFamilies": ["IPv6"]},                          Stack.SINGLE,       (V6,)),
        ({"clusterIP": "10.96.0.1"},                        Stack.SINGLE,       (V4,)),
        ({"ipFamilyPolicy": "PreferDualStack"},             Stack.PREFER_DUAL,  (V4, V6)),
        ({"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6"]},
                                                            Stack.PREFER_DUAL,  (V6, V4)),
        ({"ipFamilyPolicy": "RequireDualStack", "clusterIP": "fd00::1",
          "clusterIPs": ["fd00::1", "10.96.0.1"]},          Stack.REQUIRE_DUAL, (V6, V4)),
        # A cluster of one family: there is no second one to have.
        ({"ipFamilyPolicy": "PreferDualStack", "clusterIP": "10.96.0.1"},
                                                            Stack.SINGLE,       (V4,)),
    ],
)  # fmt: skip
def test_families(spec: Any, stack: Stack, families: tuple[Family, ...]) -> None:
    asked = want(POOL, **spec)
    assert (asked.stack, asked.families) == (stack, families)


WANTED = 'metadata.annotations["metallb.io/loadBalancerIPs"]'


@pytest.mark.parametrize(
    ("spec", "field", "code"),
    [
        ({"annotations": met(loadBalancerIPs="192.0.2.5"), "loadBalancerIP": "192.0.2.5"},
         "spec.loadBalancerIP", "WantedTwice"),
        ({"annotations": met(loadBalancerIPs="here")},           WANTED, "WantedAddressInvalid"),
        ({"annotations": met(loadBalancerIPs="192.0.2.5,")},     WANTED, "WantedAddressInvalid"),
        ({"annotations": met(loadBalancerIPs="192.0.2.5,192.0.2.6")},
         WANTED, "WantedAddressRepeated"),
        ({"loadBalancerIP": "here"},              "spec.loadBalancerIP", "WantedAddressInvalid"),
        ({"ipFamilyPolicy": "RequireDualStack", "clusterIP": "10.96.0.1"},
         "spec.ipFamilyPolicy", "ClusterIpsMissing"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(spec: Any, field: str, code: str) -> None:
    request, served, no = found(POOL, **spec)
    assert request is None
    assert "192.0.2.5" not in served
    assert (field, code) in no
    assert "LoadBalancerPending" not in [code for _, code in no], "nothing is on its way"
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}
    annotations = {**OURS, **spec.pop("annotations", {})}
    request, _, _ = found(POOL, status=status, annotations=annotations, **spec)
    assert request
    assert request.want is None  # so what it has had is given back


def test_the_former_prefix_is_read_and_told() -> None:
    former = {"metallb.universe.tf/address-pool": "edge"}
    request, _, no = found(POOL, annotations=former)
    assert request
    assert request.want
    assert request.want.pool == "edge"
    told = [each for each in no if each[1] == "AnnotationDeprecated"]
    assert told == [('metadata.annotations["metallb.universe.tf/address-pool"]',
                     "AnnotationDeprecated")]  # fmt: skip


def test_what_was_of_a_pool_is_given_back() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.5"}]}}
    request, _, _ = found(status=status, annotations=OURS)
    assert request
    assert (request.want, request.held) == (None, ("192.0.2.5",))
    request, _, _ = found(POOL, status=status, annotations=OURS, type="ClusterIP")
    assert request
    assert request.want is None
    elsewhere = {"service.kubernetes.io/service-proxy-name": "other"}
    for spec in (
        {"type": "ExternalName", "externalName": "a.example"},
        {"clusterIP": "None"},
        {"type": "Strange"},
        {"labels": elsewhere},
    ):
        request, _, _ = found(POOL, status=status, annotations=OURS, **spec)
        assert request
        assert request.want is None
    # Whoever else has given it is not our business.
    assert found(status=status)[0] is None
