"""Claims on one port of the node port addresses -> NodePort."""

from ipaddress import ip_network

import pytest

from compiler.l4 import HERE, MACHINE, way
from compiler.world import compiled, told
from model.build import lease, listening, service
from portico.model.core import Service
from portico.model.fact import Fact
from portico.plan.frontend import NodePort
from portico.plan.key import NODE_PORT, Key
from portico.settings import Settings


def node_port(name: str, *facts: Fact, settings: Settings = HERE) -> NodePort:
    found = compiled(*facts, settings=settings)[Key(NODE_PORT, name)]
    assert isinstance(found, NodePort)
    return found


def naming(name: str, port: int = 30080, **spec: object) -> Service:
    ports = {"port": 80, "nodePort": port}
    return service(name, ports, **{"type": "NodePort", "ipFamilies": ["IPv4"], **spec})


def test_the_elder_has_a_port_that_both_name() -> None:
    found = node_port("tcp/30080", naming("young"), naming("old@2024"))
    assert (found.service.name, found.leased) == ("old", False)
    assert list(map(way, found.forwardings)) == ["ipv4/cluster always"]
    assert told(found.refused) == [("spec.ports[0].nodePort", "NodePortTaken")]
    assert found.refused[0].origin.ref.name == "young"
    assert "Service shop/old" in found.refused[0].reason


def test_a_port_that_was_given_away_is_not_free_to_be_named() -> None:
    given = service("young", type="NodePort")
    found = node_port("tcp/30100", naming("old@2024", 30100), given, lease("young.80-tcp", 30100))
    assert (found.service.name, found.leased, found.service_port) == ("young", True, 80)
    assert [refusal.origin.ref.name for refusal in found.refused] == ["old"]


def test_one_service_may_name_a_port_twice_and_is_told() -> None:
    twice = [{"port": p, "name": f"p{p}", "nodePort": 30080} for p in (80, 81)]
    found = node_port("tcp/30080", service("cart", *twice, type="NodePort"))
    assert found.service_port == 80
    assert told(found.refused) == [("spec.ports[1].nodePort", "NodePortTaken")]


def test_a_health_check_keeps_its_port_free() -> None:
    checked = naming(
        "young", 30081, type="LoadBalancer", externalTrafficPolicy="Local",
        healthCheckNodePort=30080,
    )  # fmt: skip
    found = node_port("tcp/30080", naming("old@2024"), checked)
    assert (found.service.name, found.forwardings) == ("young", ())
    assert [refusal.origin.ref.name for refusal in found.refused] == ["old"]
    assert node_port("tcp/30080", checked).refused == ()


@pytest.mark.parametrize(
    ("bound", "networks", "taken"),
    [
        (["0.0.0.0"],   [],               True),
        (["192.0.2.1"], [],               True),
        (["192.0.2.2"], [],               False),    # node ports answer on the primary address
        (["192.0.2.2"], ["192.0.2.0/24"], True),
        (["127.0.0.1"], ["192.0.2.0/24"], False),
        (["::"],        ["10.0.0.0/8"],   False),    # there is none at all
    ],
    ids=range(6),
)  # fmt: skip
def test_a_port_of_another_program_is_left_to_it(
    bound: list[str], networks: list[str], taken: bool
) -> None:
    settings = Settings(node_port_addresses=tuple(map(ip_network, networks)))
    facts = (MACHINE, naming("cart"), listening("tcp-30080", *bound))
    found = node_port("tcp/30080", *facts, settings=settings)
    assert (found.forwardings == ()) is taken
    assert told(found.refused) == ([("spec.ports[0].nodePort", "PortOccupied")] if taken else [])


def test_of_an_unknown_machine_nothing_is_known() -> None:
    assert node_port("tcp/30080", naming("cart"), listening("tcp-30080", "0.0.0.0")).forwardings
