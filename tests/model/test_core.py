"""The core group: only what HTTP routing reads."""

import pytest

from model.build import document, endpoints, fact, resolution, service
from portico.model.core import ConfigMap, Namespace, ServicePort
from portico.model.ref import Ref


def test_a_service_port_is_tcp_and_its_target_the_same_number() -> None:
    port = service("cart", {"port": 80}).spec.ports[0]
    assert port == ServicePort(port=80)
    assert (port.protocol, port.name, port.app_protocol, port.target_port) == ("TCP", "", "", "")


@pytest.mark.parametrize("target", [8080, "http"])
def test_a_target_port_is_a_number_or_a_name(target: object) -> None:
    assert service("cart", {"port": 80, "targetPort": target}).spec.ports[0].target_port == target


def test_a_service_without_spec_has_no_port() -> None:
    found = fact(document("v1", "Service", "cart", "shop"))
    assert found == service("cart", ports=[])


def test_endpoints() -> None:
    subset = {"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80, "name": "http"}]}
    found = endpoints("cart", subset).subsets[0]
    assert (found.addresses[0].ip, found.ports[0].name) == ("10.0.0.1", "http")


def test_config_maps_do_not_share_their_values() -> None:
    one, two = (fact(document("v1", "ConfigMap", name, "")) for name in "ab")
    assert isinstance(one, ConfigMap)
    assert isinstance(two, ConfigMap)
    assert one.data is not two.data


def test_a_namespace_has_none() -> None:
    found = fact(document("v1", "Namespace", "shop", ""))
    assert isinstance(found, Namespace)
    assert found.ref == Ref("Namespace", "", "shop")


def test_a_resolution_does_not_depend_on_the_order_of_answers() -> None:
    assert resolution("a.example", "10.0.0.2", "10.0.0.1") == resolution(
        "a.example", "10.0.0.1", "10.0.0.2"
    )
    assert resolution("a.example").ref == Ref("Resolution", "", "a.example")
