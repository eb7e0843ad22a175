"""What the annotations of a Service ask of layer 4."""

import pytest

from compiler.world import outcome, told
from model.build import service
from portico.compiler.health_check import PREFIX as CHECKS
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_annotations import (
    ALGORITHM,
    TARGETS,
    annotation_field,
    keeps_client,
    pick_asked,
    proxy_protocol,
    refuse_unusable_checks,
)
from portico.settings import Pick

BETA = "service.beta.kubernetes.io/"


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("aws-load-balancer-proxy-protocol",      "*",     2),
        ("ovh-loadbalancer-proxy-protocol",       "v1",    1),
        ("ovh-loadbalancer-proxy-protocol",       "v2",    2),
        ("do-loadbalancer-enable-proxy-protocol", "true",  1),
        ("do-loadbalancer-enable-proxy-protocol", "false", 0),
        ("scw-loadbalancer-proxy-protocol-v1",    "true",  1),
        ("scw-loadbalancer-proxy-protocol-v2",    "true",  2),
        ("scw-loadbalancer-proxy-protocol-v2",    "false", 0),
        ("something-else",                        "true",  0),
    ],
)  # fmt: skip
def test_proxy_protocol(name: str, text: str, version: int) -> None:
    fact = service(annotations={BETA + name: text})
    petition = Petition(fact)
    field = annotation_field(BETA + name) if version else ""
    assert proxy_protocol(fact, petition) == (version, field)
    assert outcome(petition.claims()).refused == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("aws-load-balancer-proxy-protocol", "true"),
        ("ovh-loadbalancer-proxy-protocol", "V1"),
        ("do-loadbalancer-enable-proxy-protocol", "True"),
        ("do-loadbalancer-enable-proxy-protocol", ""),
    ],
)
def test_a_proxy_protocol_that_is_none_is_ignored(name: str, text: str) -> None:
    fact = service(annotations={BETA + name: text})
    petition = Petition(fact)
    assert proxy_protocol(fact, petition) == (0, "")
    refused = outcome(petition.claims()).refused
    assert told(refused) == [(annotation_field(BETA + name), "AnnotationUnusable")]


@pytest.mark.parametrize(
    ("text", "pick", "codes"),
    [
        (None, None, []),
        ("SOURCE_IP", Pick.SOURCE_HASH, []),
        ("ROUND_ROBIN", Pick.RANDOM, []),
        ("LEAST_CONNECTIONS", Pick.RANDOM, ["BalanceApproximated"]),
        ("source_ip", None, ["AnnotationUnusable"]),
        ("", None, ["AnnotationUnusable"]),
    ],
)
def test_how_endpoints_are_picked(text: str | None, pick: Pick | None, codes: list[str]) -> None:
    fact = service(annotations={} if text is None else {ALGORITHM: text})
    petition = Petition(fact)
    assert pick_asked(fact, petition) is pick
    refused = outcome(petition.claims()).refused
    assert told(refused) == [(annotation_field(ALGORITHM), code) for code in codes]


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        (None,                                            None),
        ("",                                              None),
        ("stickiness.enabled=true",                       None),
        ("preserve_client_ip.enabled=true",               True),
        ("preserve_client_ip.enabled=false",              False),
        ("a=b, preserve_client_ip.enabled=true ,c=d",     True),
        ("preserve_client_ip.enabled=maybe",              None),
    ],
)  # fmt: skip
def test_whether_nodes_see_the_client(text: str | None, keeps: bool | None) -> None:
    assert keeps_client(service(annotations={} if text is None else {TARGETS: text})) is keeps


def test_checks_that_cannot_be_made_are_told() -> None:
    fact = service(annotations={f"{CHECKS}interval": "often", f"{CHECKS}timeout": "2"})
    petition = Petition(fact)
    refuse_unusable_checks(fact, petition)
    refused = outcome(petition.claims()).refused
    assert told(refused) == [(annotation_field(f"{CHECKS}interval"), "AnnotationUnusable")]
    assert refused[0].reason == "'often' cannot be used here"
