"""Claims on one health check node port -> HealthPort."""

import pytest

from compiler.l4 import HERE
from compiler.world import compiled, told
from model.build import pod, service, slice_of
from portico.model.core import Service
from portico.model.fact import Fact
from portico.plan.health_port import HealthPort, health_port_key


def health_port(*facts: Fact) -> HealthPort:
    found = compiled(*facts, settings=HERE)[health_port_key(32222)]
    assert isinstance(found, HealthPort)
    return found


def checked(name: str, *ports: dict[str, object], **spec: object) -> Service:
    return service(
        name, *ports, type="LoadBalancer", externalTrafficPolicy="Local",
        healthCheckNodePort=32222, **spec,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pods", "count"),
    [
        ([],                                                                  0),
        ([pod("10.0.0.1", "here")],                                           1),
        ([pod("10.0.0.1", "here"), pod("10.0.0.2", "here"), pod("10.0.0.3", "there")], 2),
        ([pod("10.0.0.1")],                                                   0),
        ([pod("10.0.0.1", "here", ready=False)],                              0),
        # It is still used, but whoever asks is to go elsewhere in time.
        ([pod("10.0.0.1", "here", ready=False, serving=True, terminating=True)], 0),
    ],
    ids=range(6),
)  # fmt: skip
def test_ready_endpoints_of_this_node_count(pods: list[dict[str, object]], count: int) -> None:
    assert health_port(checked("cart"), slice_of("cart", *pods)).local_endpoints == count


def test_an_endpoint_of_several_ports_counts_once() -> None:
    ports = [{"port": 80, "name": "a"}, {"port": 53, "name": "b", "protocol": "UDP"}]
    pods = slice_of(
        "cart", pod("10.0.0.1", "here"),
        ports=[{"port": 80, "name": "a"}, {"port": 53, "name": "b", "protocol": "UDP"}],
    )  # fmt: skip
    assert health_port(checked("cart", *ports), pods).local_endpoints == 1


def test_all_are_ready_where_the_service_says_so() -> None:
    pods = slice_of("cart", pod("10.0.0.1", "here", ready=False))
    fact = checked("cart", publishNotReadyAddresses=True)
    assert health_port(fact, pods).local_endpoints == 1


def test_the_elder_has_the_port() -> None:
    found = health_port(checked("young"), checked("old@2024"))
    assert found.service.name == "old"
    assert told(found.refused) == [("spec.healthCheckNodePort", "NodePortTaken")]
