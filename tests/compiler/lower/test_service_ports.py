"""The ports of a Service that can be told apart and spoken to."""

import pytest

from compiler.world import outcome, told
from model.build import service
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_ports import ports_of

TCP = {"port": 53}
UDP = {"port": 53, "protocol": "UDP"}


def found(kind: str, *ports: dict[str, object]) -> tuple[list[str], list[tuple[str, str]]]:
    fact = service("cart", *ports, type=kind)
    petition = Petition(fact)
    read = ports_of(fact, petition)
    return [f"{port} {port.node_port}" for port in read], told(outcome(petition.claims()).refused)


@pytest.mark.parametrize(
    ("kind", "ports", "expected", "refused"),
    [
        ("ClusterIP", [TCP, UDP],                          ["53/TCP 0", "53/UDP 0"], []),
        ("ClusterIP", [{"port": 53, "protocol": "SCTP"}],  ["53/SCTP 0"],            []),
        ("ClusterIP", [TCP, {**TCP, "name": "b"}],         ["53/TCP 0"],
         [("spec.ports[1]", "PortRepeated")]),
        ("ClusterIP", [{"port": 53, "protocol": "tcp"}, UDP], ["53/UDP 0"],
         [("spec.ports[0].protocol", "ProtocolUnknown")]),
        ("NodePort",     [{**TCP, "nodePort": 30053}],     ["53/TCP 30053"],         []),
        ("LoadBalancer", [{**TCP, "nodePort": 30053}],     ["53/TCP 30053"],         []),
        ("ClusterIP",    [{**TCP, "nodePort": 30053}],     ["53/TCP 0"],
         [("spec.ports[0].nodePort", "NodePortUnused")]),
    ],
    ids=range(7),
)  # fmt: skip
def test_ports(
    kind: str,
    ports: list[dict[str, object]],
    expected: list[str],
    refused: list[tuple[str, str]],
) -> None:
    assert found(kind, *ports) == (expected, refused)
