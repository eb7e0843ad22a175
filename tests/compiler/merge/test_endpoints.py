"""The endpoints of one Service port."""

import pytest

from compiler.world import look_at, told
from model.build import endpoint, endpoints, slice_of
from portico.compiler.merge.candidates import Wanted
from portico.compiler.merge.endpoints import addresses, endpoints_of
from portico.model.core import Endpoints
from portico.model.discovery import EndpointSlice, slices_of
from portico.model.ref import Ref
from portico.plan.key import Origin

CART = Ref("Service", "shop", "cart")
Found = EndpointSlice | Endpoints


def found(*facts: Found, port: str = "") -> list[str]:
    """Endpoints as `address:port`."""
    chosen = endpoints_of(Wanted(CART, port), look_at(*facts)).endpoints
    return [f"{endpoint.address}:{endpoint.port}" for endpoint in chosen]


DRAINING = {"ready": False, "serving": True, "terminating": True}


@pytest.mark.parametrize(
    ("conditions", "served"),
    [
        # What two endpoints say of themselves, and which of them is used.
        ([{}, {}],                                       [1, 2]),
        ([{"ready": True}, {"ready": False}],            [1]),
        ([{"ready": False}, {"ready": False}],           []),
        ([{"ready": True}, DRAINING],                    [1]),   # draining only if nothing else is
        ([{"ready": False}, DRAINING],                   [2]),
        ([DRAINING, DRAINING],                           [1, 2]),
        ([{"ready": False, "serving": False, "terminating": True}], []),
        ([{"ready": False, "serving": True}],            []),    # neither ready nor terminating
        ([{"ready": True, "terminating": True}],         [1]),   # publishNotReadyAddresses
    ],
    ids=range(9),
)  # fmt: skip
def test_conditions(conditions: list[dict[str, bool]], served: list[int]) -> None:
    all_of_them = [endpoint(f"10.0.0.{n}", **says) for n, says in enumerate(conditions, 1)]
    assert found(slice_of("cart", *all_of_them)) == [f"10.0.0.{n}:8080" for n in served]


def test_the_last_resort_counts_over_all_slices() -> None:
    draining = slice_of("cart", endpoint("10.0.0.1", **DRAINING), name="old")
    assert found(draining, slice_of("cart", "10.0.0.2", name="new")) == ["10.0.0.2:8080"]


def test_each_address_and_port_once_and_in_order() -> None:
    one = slice_of("cart", "10.0.0.3", "10.0.0.1", name="one")
    two = slice_of("cart", "10.0.0.1", "10.0.0.2", name="two")
    other_port = slice_of("cart", "10.0.0.1", name="three", ports=[{"port": 9000}])
    assert found(one, two, other_port) == [
        "10.0.0.1:8080", "10.0.0.1:9000", "10.0.0.2:8080", "10.0.0.3:8080",
    ]  # fmt: skip


def test_two_spellings_are_one_address() -> None:
    assert found(slice_of("cart", "2001:db8:0::1", "2001:DB8::1")) == ["2001:db8::1:8080"]


def test_a_named_port_has_a_number_of_its_own_in_each_slice() -> None:
    old = slice_of("cart", "10.0.0.1", name="old", ports=[{"name": "web", "port": 80}])
    new = slice_of(
        "cart", "10.0.0.2", name="new",
        ports=[{"name": "admin", "port": 1}, {"name": "web", "port": 8080}],
    )  # fmt: skip
    assert found(old, new, port="web") == ["10.0.0.1:80", "10.0.0.2:8080"]
    assert found(old, new, port="admin") == ["10.0.0.2:1"]
    assert found(old, new) == []


@pytest.mark.parametrize(
    "ports",
    [
        [],
        [{"name": "web"}],                                      # no number: all ports
        [{"name": "web", "port": 53, "protocol": "UDP"}],
    ],
    ids=["none", "any", "UDP"],
)  # fmt: skip
def test_a_slice_without_the_port_adds_nothing(ports: list[dict[str, object]]) -> None:
    assert found(slice_of("cart", "10.0.0.1", ports=ports), port="web") == []


def test_one_name_may_be_given_to_udp_and_tcp() -> None:
    ports = [{"port": 53, "protocol": "UDP"}, {"port": 8053, "protocol": "TCP"}]
    assert found(slice_of("cart", "10.0.0.1", ports=ports)) == ["10.0.0.1:8053"]


def test_only_the_first_address_of_an_endpoint_counts() -> None:
    fungible = {"addresses": ["10.0.0.1", "10.0.0.2"]}
    assert found(slice_of("cart", fungible, {"addresses": []})) == ["10.0.0.1:8080"]


def test_slices_of_other_services_and_namespaces_are_not_ours() -> None:
    assert found(slice_of("pay", "10.0.0.1"), slice_of("cart", "10.0.0.1", namespace="x")) == []


SUBSETS = endpoints(
    "cart",
    {"addresses": [{"ip": "10.0.0.1"}, {"ip": "127.0.0.1"}], "ports": [{"port": 80}]},
    {"addresses": [{"ip": "10.0.0.2"}], "ports": [{"port": 81, "name": "web"}]},
)


def test_endpoints_objects_count_where_there_is_no_slice() -> None:
    assert found(SUBSETS) == ["10.0.0.1:80", "127.0.0.1:80"]
    assert found(SUBSETS, port="web") == ["10.0.0.2:81"]
    assert found(SUBSETS, slice_of("cart")) == []  # an empty slice is an answer


@pytest.mark.parametrize("text", ["0.0.0.0", "169.254.169.254", "pod-1.example", "10.0.0.1\n"])
def test_addresses_that_are_none_are_told_to_the_slice(text: str) -> None:
    result = endpoints_of(Wanted(CART, ""), look_at(slice_of("cart", "10.0.0.1", text)))
    assert [endpoint.address for endpoint in result.endpoints] == ["10.0.0.1"]
    assert told(result.refused) == [("endpoints[1].addresses[0]", "AddressInvalid")]
    assert result.refused[0].origin.ref == Ref("EndpointSlice", "shop", "cart-1")


def test_endpoints_know_where_they_come_from() -> None:
    (one, _), _ = endpoints_of(Wanted(CART, ""), look_at(SUBSETS))
    assert one.origin == Origin(Ref("Endpoints", "shop", "cart"), "subsets[0].addresses[0].ip")
    ((two,), _) = endpoints_of(Wanted(CART, ""), look_at(slice_of("cart", "10.0.0.1")))
    assert two.origin.field == "endpoints[0].addresses[0]"


@pytest.mark.parametrize(
    ("facts", "trail"),
    [
        ([],                  {slices_of(CART), Ref("Endpoints", "shop", "cart")}),
        ([slice_of("cart")],  {slices_of(CART)}),
    ],
    ids=["nothing", "slice"],
)  # fmt: skip
def test_what_appears_later_is_noticed(facts: list[Found], trail: set[object]) -> None:
    look = look_at(*facts)
    endpoints_of(Wanted(CART, ""), look)
    assert look.trail == trail


def test_addresses_of_a_name_lead_away_from_this_machine() -> None:
    origin = Origin(CART, "spec.externalName")
    result = addresses(["10.0.0.2", "127.0.0.1", "10.0.0.1", "::1"], 443, origin)
    assert [endpoint.address for endpoint in result.endpoints] == ["10.0.0.1", "10.0.0.2"]
    assert [refusal.detail for refusal in result.refused] == ["'127.0.0.1'", "'::1'"]
