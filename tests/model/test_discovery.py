"""EndpointSlice: what unset conditions mean, and which Service a slice belongs to."""

import pytest

from model.build import document, endpoint, fact, pod, slice_of
from portico.model.decode import Trouble, decode
from portico.model.discovery import EndpointSlice, ForNode, ForZone, Hints, slices_of
from portico.model.ref import Ref


@pytest.mark.parametrize(
    ("conditions",                            "ready", "serving", "terminating"),
    [
        ({},                                    True,  True,  False),
        ({"ready": True},                       True,  True,  False),
        ({"ready": False},                      False, False, False),
        ({"ready": False, "serving": True},     False, True,  False),
        ({"ready": True, "serving": False},     True,  False, False),
        ({"ready": False, "terminating": True}, False, False, True),
    ],
)  # fmt: skip
def test_conditions(
    conditions: dict[str, bool], ready: bool, serving: bool, terminating: bool
) -> None:
    found = slice_of("cart", endpoint("10.0.0.1", **conditions)).endpoints[0]
    assert (found.is_ready, found.is_serving, found.is_terminating) == (ready, serving, terminating)


def test_where_an_endpoint_is_and_whom_it_is_for() -> None:
    found = slice_of("cart", pod("10.0.0.1", "n1", "z1", "zone:z1,z2 node:n1")).endpoints[0]
    assert (found.node_name, found.zone) == ("n1", "z1")
    assert found.hints == Hints((ForZone("z1"), ForZone("z2")), (ForNode("n1"),))
    unknown = slice_of("cart", "10.0.0.1").endpoints[0]
    assert (unknown.node_name, unknown.zone, unknown.hints) == ("", "", None)


@pytest.mark.parametrize(
    "hints", ["z1", {"forZones": "z1"}, {"forZones": [{}]}, {"forNodes": [{"name": 1}]}]
)
def test_hints_that_are_none(hints: object) -> None:
    wrong = {"endpoints": [{"addresses": ["10.0.0.1"], "hints": hints}]}
    found = decode(document("discovery.k8s.io/v1", "EndpointSlice", "a", "shop", **wrong))
    assert isinstance(found, Trouble)
    assert found.field.startswith("endpoints[0].hints")


def test_a_slice_belongs_to_the_service_its_label_names() -> None:
    assert slice_of("cart").groups() == {slices_of(Ref("Service", "shop", "cart"))}
    assert slice_of("cart").groups() != slice_of("cart", namespace="other").groups()


@pytest.mark.parametrize("labels", [{}, {"kubernetes.io/service-name": ""}])
def test_a_slice_without_the_label_belongs_to_none(labels: dict[str, str]) -> None:
    found = fact(document("discovery.k8s.io/v1", "EndpointSlice", "a", "shop", labels=labels))
    assert isinstance(found, EndpointSlice)
    assert found.groups() == frozenset()
