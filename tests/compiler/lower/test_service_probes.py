"""The nodes behind a Service are asked for their health; Services share the probes."""

import pytest

from compiler.l4 import IN_FRONT, of_service
from compiler.world import lowered
from model.build import node, service
from portico.compiler.claim import Claim
from portico.compiler.wants_l4 import ProbeWant
from portico.plan.key import PROBE
from portico.settings import Room, Settings, Via

TWO = (node("a", "10.1.0.1"), node("b", "10.1.0.2"))
WEB = {"port": 80, "name": "web", "nodePort": 32111}
DNS = {"port": 53, "name": "dns", "nodePort": 32053, "protocol": "UDP"}


def probes(claims: list[Claim]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The path and the ports to be tried, by probe."""
    return {
        claim.key.name: (claim.want.path, claim.want.connect_ports)
        for claim in claims
        if isinstance(claim.want, ProbeWant)
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "NodePort", "ports": [WEB]},      {"10256": ("/healthz", (32111,))}),
        ({"type": "NodePort", "ports": [WEB, DNS]}, {"10256": ("/healthz", (32111,))}),
        ({"type": "NodePort", "ports": [DNS]},      {"10256": ("/healthz", ())}),
        ({"type": "NodePort", "ports": [{"port": 80}]}, {}),
        ({"type": "ClusterIP", "ports": [WEB]},     {}),
        ({"type": "LoadBalancer", "ports": [WEB], "externalTrafficPolicy": "Local",
          "healthCheckNodePort": 32222},            {"32222": ("/healthz", ())}),
        # Without a health check node port, the node port itself tells who has endpoints.
        ({"type": "NodePort", "ports": [WEB, DNS], "externalTrafficPolicy": "Local"},
         {"32111": ("", ()), "10256": ("/healthz", ())}),
    ],
    ids=range(7),
)  # fmt: skip
def test_what_is_asked_of_every_node(
    spec: dict[str, object], expected: dict[str, tuple[str, tuple[int, ...]]]
) -> None:
    found = probes(of_service(*TWO, settings=IN_FRONT, **spec))
    assert found == {f"{name}/{port}": told for name in "ab" for port, told in expected.items()}


def test_nodes_that_get_nothing_are_not_asked() -> None:
    nodes = (
        node("a", "10.1.0.1"),
        node("leaving", "10.1.0.2", leaving=True),
        node("nowhere", "Hostname=nowhere"),
    )
    assert probes(of_service(*nodes, settings=IN_FRONT, type="NodePort", ports=[WEB])).keys() == {
        "a/10256"
    }


def test_probes_are_for_http_as_well() -> None:
    settings = Settings(via=Via.NODE_PORT, rooms=frozenset({Room.HTTP}))
    claims = lowered(service("cart", WEB, type="NodePort"), *TWO, settings=settings)
    assert [claim.key.kind for claim in claims] == [PROBE, PROBE]


def test_on_a_node_itself_nobody_is_asked() -> None:
    assert probes(of_service(*TWO, type="NodePort", ports=[WEB])) == {}


def test_all_nodes_share_what_one_service_wants() -> None:
    claims = of_service(*TWO, settings=IN_FRONT, type="NodePort", ports=[WEB])
    wants = [claim.want for claim in claims if isinstance(claim.want, ProbeWant)]
    assert wants[0] is wants[1]
