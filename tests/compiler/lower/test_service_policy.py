"""What becomes of the connections to a Service, by the way they come in."""

from ipaddress import ip_network

import pytest

from compiler.world import outcome, told
from model.build import service
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_annotations import SOURCE_RANGES, annotation_field
from portico.compiler.lower.service_policy import Policy, policy_of
from portico.plan.frontend import Masquerade
from portico.plan.pool import Scope
from portico.plan.transport import Family
from portico.settings import Entry, Settings

V4, V6 = Family.IPV4, Family.IPV6
LB = Entry.LOAD_BALANCER
DEFAULTS = Settings()


def read(settings: Settings = DEFAULTS, **spec: object) -> tuple[Policy, list[tuple[str, str]]]:
    fact = service(**{"type": "LoadBalancer", **spec})  # type: ignore[arg-type]
    petition = Petition(fact)
    policy = policy_of(fact, settings, petition)
    return policy, told(outcome(petition.claims()).refused)


def test_cluster_ips_are_inside_all_others_outside() -> None:
    policy, _ = read(internalTrafficPolicy="Local")
    for entry in Entry:
        way = policy.way(entry)
        assert way
        assert way.scope is (Scope.LOCAL if entry is Entry.CLUSTER_IP else Scope.CLUSTER)


def test_outsiders_are_known_only_where_the_pods_are() -> None:
    inside = read()[0].internal
    assert inside
    assert inside.masquerade is Masquerade.NEVER
    told_apart = read(Settings(cluster_cidrs=(ip_network("10.0.0.0/8"),)))[0].internal
    assert told_apart
    assert told_apart.masquerade is Masquerade.OUTSIDERS


@pytest.mark.parametrize(
    ("ranges", "ipv4", "ipv6"),
    [
        ([],                                   None,              None),
        (["192.0.2.0/24"],                     ["192.0.2.0/24"],  []),     # nobody of the other
        (["192.0.2.1/24"],                     ["192.0.2.0/24"],  []),     # as the API takes it
        ([" 192.0.2.0/24 "],                   ["192.0.2.0/24"],  []),
        (["192.0.2.7"],                        ["192.0.2.7/32"],  []),
        (["2001:db8::/32", "192.0.2.0/24"],    ["192.0.2.0/24"],  ["2001:db8::/32"]),
        (["0.0.0.0/0", "192.0.2.0/24"],        None,              []),
        (["0.0.0.0/0", "::/0"],                None,              None),
    ],
    ids=range(8),
)  # fmt: skip
def test_source_ranges(ranges: list[str], ipv4: list[str] | None, ipv6: list[str] | None) -> None:
    policy, refused = read(loadBalancerSourceRanges=ranges)
    for family, expected in ((V4, ipv4), (V6, ipv6)):
        admitted = policy.admitted(LB, family)
        assert (admitted and [str(network) for network in admitted]) == (
            tuple(expected) if expected == [] else expected
        )
    assert all(policy.admitted(entry, V4) is None for entry in Entry if entry is not LB)
    assert refused == []


@pytest.mark.parametrize("text", ["everybody", "192.0.2.0/33", "", "192.0.2.0/24/8"])
def test_a_range_that_is_none_lets_nobody_in(text: str) -> None:
    policy, refused = read(loadBalancerSourceRanges=["192.0.2.0/24", text])
    assert policy.way(LB) is None
    assert policy.way(Entry.NODE_PORT)
    assert refused == [("spec.loadBalancerSourceRanges[1]", "SourceRangeInvalid")]


@pytest.mark.parametrize(
    ("spec", "annotation", "admitted"),
    [
        ([],                "192.0.2.0/24, 198.51.100.0/24", "192.0.2.0/24 198.51.100.0/24"),
        (["203.0.113.0/24"], "192.0.2.0/24",                 "203.0.113.0/24"),   # the field wins
        ([],                "  ",                            None),
    ],
    ids=range(3),
)  # fmt: skip
def test_source_ranges_by_annotation(
    spec: list[str], annotation: str, admitted: str | None
) -> None:
    annotations = {SOURCE_RANGES: annotation}
    policy, refused = read(loadBalancerSourceRanges=spec, annotations=annotations)
    found = policy.admitted(LB, V4)
    assert (found and " ".join(map(str, found))) == admitted
    assert refused == []


def test_the_annotation_is_blamed_for_its_ranges() -> None:
    _, refused = read(annotations={SOURCE_RANGES: "192.0.2.0/24,x"})
    assert refused == [(annotation_field(SOURCE_RANGES), "SourceRangeInvalid")]


def test_other_types_have_no_load_balancer_to_fence() -> None:
    policy, refused = read(type="NodePort", loadBalancerSourceRanges=["x"])
    assert (policy.sources, policy.is_fenced_off, refused) == (None, False, [])
