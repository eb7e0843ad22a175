"""EndpointSlice: what unset conditions mean, and which Service a slice belongs to."""

import pytest

from model.build import document, endpoint, fact, slice_of
from portico.model.discovery import EndpointSlice, slices_of
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


def test_a_slice_belongs_to_the_service_its_label_names() -> None:
    assert slice_of("cart").groups() == {slices_of(Ref("Service", "shop", "cart"))}
    assert slice_of("cart").groups() != slice_of("cart", namespace="other").groups()


@pytest.mark.parametrize("labels", [{}, {"kubernetes.io/service-name": ""}])
def test_a_slice_without_the_label_belongs_to_none(labels: dict[str, str]) -> None:
    found = fact(document("discovery.k8s.io/v1", "EndpointSlice", "a", "shop", labels=labels))
    assert isinstance(found, EndpointSlice)
    assert found.groups() == frozenset()
