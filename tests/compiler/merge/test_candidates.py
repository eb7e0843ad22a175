"""The endpoints of one Service port as they are written."""

import pytest
from msgspec.structs import replace

from compiler.world import look_at, told
from model.build import endpoints, pod, slice_of
from portico.compiler.merge.candidates import (
    Candidate,
    Wanted,
    candidates_of,
    unique,
    usable,
)
from portico.model.discovery import ForNode, ForZone, Hints
from portico.model.fact import Fact
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.transport import Transport

CART = Ref("Service", "shop", "cart")
WANTED = Wanted(CART, "")
HERE = Origin(CART, "")


def read(*facts: Fact, wanted: Wanted = WANTED) -> list[Candidate]:
    return candidates_of(wanted, look_at(*facts)).candidates


def test_all_of_an_endpoint_is_read() -> None:
    (found,) = read(slice_of("cart", pod("10.0.0.1", "n1", "z1", "zone:z1,z2 node:n1")))
    assert found == Candidate(
        "10.0.0.1",
        8080,
        Origin(Ref("EndpointSlice", "shop", "cart-1"), "endpoints[0].addresses[0]"),
        is_ready=True,
        is_last_resort=False,
        node="n1",
        zone="z1",
        hints=Hints((ForZone("z1"), ForZone("z2")), (ForNode("n1"),)),
    )


@pytest.mark.parametrize(
    ("conditions", "ready", "last_resort"),
    [
        ({},                                                       True,  False),
        ({"ready": False},                                         False, False),
        ({"ready": False, "serving": True},                        False, False),
        ({"ready": False, "serving": True, "terminating": True},   False, True),
        ({"ready": False, "serving": False, "terminating": True},  False, False),
    ],
    ids=range(5),
)  # fmt: skip
def test_conditions(conditions: dict[str, bool], ready: bool, last_resort: bool) -> None:
    pods = slice_of("cart", pod("10.0.0.1", **conditions))
    (found,) = read(pods)
    assert (found.is_ready, found.is_last_resort) == (ready, last_resort)
    (found,) = read(pods, wanted=WANTED._replace(publishes_not_ready=True))
    assert found.is_ready


SUBSETS = endpoints(
    "cart",
    {
        "addresses": [{"ip": "10.0.0.1", "nodeName": "n1"}],
        "notReadyAddresses": [{"ip": "10.0.0.2"}],
        "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}],
    },
)


def test_an_endpoints_object_tells_who_is_not_ready() -> None:
    ready, unready = read(SUBSETS)
    assert (ready.is_ready, ready.node) == (True, "n1")
    assert (unready.is_ready, unready.is_last_resort) == (False, False)
    assert unready.origin.field == "subsets[0].notReadyAddresses[0].ip"
    assert all(
        one.is_ready for one in read(SUBSETS, wanted=Wanted(CART, "", publishes_not_ready=True))
    )


def test_ports_are_told_apart_by_name_and_protocol() -> None:
    ports = [{"port": 53, "protocol": "UDP"}, {"port": 8053}, {"port": 9, "name": "x"}]
    pods = slice_of("cart", "10.0.0.1", ports=ports)
    for wanted, number in (
        (Wanted(CART, ""), 8053),
        (Wanted(CART, "", Transport.UDP), 53),
        (Wanted(CART, "x"), 9),
    ):
        assert [one.port for one in read(pods, wanted=wanted)] == [number]
    assert read(pods, wanted=Wanted(CART, "x", Transport.UDP)) == []
    assert [one.port for one in read(SUBSETS, wanted=Wanted(CART, "", Transport.UDP))] == [53, 53]


def test_addresses_are_canonical_and_those_that_are_none_are_refused() -> None:
    found = candidates_of(WANTED, look_at(slice_of("cart", "2001:DB8::1", "127.0.0.1", "0.0.0.0")))
    assert [str(one) for one in found.candidates] == ["[2001:db8::1]:8080", "127.0.0.1:8080"]
    assert told(found.refused) == [("endpoints[2].addresses[0]", "AddressInvalid")]


READY = Candidate("10.0.0.1", 80, HERE)
LEAVING = Candidate("10.0.0.2", 80, HERE, is_ready=False, is_last_resort=True)
UNREADY = Candidate("10.0.0.3", 80, HERE, is_ready=False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([READY, LEAVING, UNREADY], [READY]),
        ([LEAVING, UNREADY],        [LEAVING]),
        ([UNREADY],                 []),
        ([],                        []),
    ],
    ids=range(4),
)  # fmt: skip
def test_who_serves(given: list[Candidate], expected: list[Candidate]) -> None:
    assert usable(given) == expected


def test_each_place_once_and_in_order() -> None:
    found = unique([LEAVING, READY, replace(READY, port=8), READY])
    assert [(one.address, one.port) for one in found] == [
        ("10.0.0.1", 8), ("10.0.0.1", 80), ("10.0.0.2", 80),
    ]  # fmt: skip
