"""Who may get connections, by what pods and slices say."""

import pytest

from forward.objects_made import endpoint, pod, slice_of
from portico.forward.candidates import addresses_without_pods, from_pods, from_slices

DELETED = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("made", "told", "ready", "usable"),
    [
        (pod("p"),                                None,  True,  True),
        (pod("p", ready=False),                   None,  False, True),
        (pod("p", ready=False),                   True,  True,  True),    # publishNotReadyAddresses
        (pod("p"),                                False, True,  True),    # the slice comes later
        (pod("p", deleted=DELETED),               True,  False, False),
        (pod("p", phase="Pending", ready=False),  True,  False, False),
        (pod("p", phase="Failed", ready=False),   None,  False, False),
    ],
)  # fmt: skip
def test_pods_and_what_slices_say(made, told, ready, usable):
    slices = [] if told is None else [slice_of(endpoint("p", ready=told))]
    (found,) = from_pods([made], slices)
    assert (found.is_ready, found.is_usable) == (ready, usable)


def test_a_slice_adds_no_pod_to_those_that_are_selected():
    assert [each.name for each in from_pods([pod("a")], [slice_of(endpoint("gone"))])] == ["a"]


def test_slices_alone():
    ports = [{"name": "http", "port": 8080}]
    one = slice_of(endpoint("b", ready=True), endpoint("a", ready=False), ports=ports)
    other = slice_of(endpoint("c", terminating=True), endpoint("", address="192.0.2.1"))
    found = from_slices([one, other])
    assert [(each.name, each.is_ready, each.is_usable) for each in found] == [
        ("a", False, True), ("b", True, True), ("c", False, False),
    ]  # fmt: skip
    assert found[0].slice_ports[0].port == 8080


def test_addresses_that_are_no_pods():
    slices = [slice_of(endpoint("", address="192.0.2.7"), endpoint("vm", kind="VirtualMachine")),
              slice_of(endpoint("a"))]  # fmt: skip
    assert addresses_without_pods(slices) == ("10.1.0.1", "192.0.2.7")
