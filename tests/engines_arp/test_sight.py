"""What the responder knows, in the words of the plan."""

from portico.engines.arp import wire
from portico.engines.arp.sight import sight_of
from portico.plan.announced import Announced, Count, Neighbour, OnLink

A, B = "192.0.2.100", "192.0.2.101"


def state(*links: wire.Link, **more) -> wire.State:
    return wire.State(
        pid=1, build="", table="", secrets="", node="n1", held=0, takeovers=0, handovers=0,
        interfaces=0, neighbours=0,
        forged=0, malformed=0, replayed=0, stalls=0, conflicts=0, namesakes=0,
        namesake_seconds=-1.0, links=links, **more,
    )  # fmt: skip


def test_owners_by_interface():
    heard = wire.Neighbour("n2", 0.05, takes_part=True, is_led=True, is_deaf=False, held=1)
    found = sight_of(
        state(
            wire.Link("eth0", "active", ("eth0", "lan"), (heard,), held=(A,), elsewhere={B: "n2"}),
            wire.Link("eth1", "listening", ("eth1",), (), lost={A: "n3"}),
            counts={A: wire.Count(3, 2, 12)},
            unusable={"eth2": "it has no carrier"},
        )
    )
    assert found.node == "n1"
    assert found.links["eth0"] == OnLink(
        "active", (Neighbour("n2", 0.05, takes_part=True),), ("lan",)
    )
    assert found.of(A) == Announced({"eth0": "n1"}, {"eth1": "n3"}, Count(3, 2, 12))
    assert found.of(A).interfaces_of("n1") == ["eth0"]
    assert found.of(B).owners == {"eth0": "n2"}
    assert found.of("192.0.2.1") == Announced({})
    assert found.unusable == {"eth2": "it has no carrier"}
