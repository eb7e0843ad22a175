"""Claims on one address and port -> Frontend."""

import pytest

from compiler.l4 import HERE, MACHINE, way
from compiler.world import compiled, told
from model.build import listening, service
from portico.model.fact import Fact
from portico.plan.frontend import Frontend
from portico.plan.key import FRONTEND, Key
from portico.settings import Room, Settings


def frontend(name: str, *facts: Fact, settings: Settings = HERE) -> Frontend:
    found = compiled(*facts, settings=settings)[Key(FRONTEND, name)]
    assert isinstance(found, Frontend)
    return found


def test_the_elder_has_an_address_and_port() -> None:
    facts = [
        service("young", externalIPs=["198.51.100.1"]),
        service("old@2024", externalIPs=["198.51.100.1"]),
        service("younger@2025", {"port": 80}, {"port": 81}, externalIPs=["198.51.100.1"]),
    ]
    found = frontend("tcp/198.51.100.1/80", *facts)
    assert (found.service.name, way(found.forwarding)) == ("old", "ipv4/cluster always")
    assert told(found.refused) == [("spec.externalIPs[0]", "AddressTaken")] * 2
    assert [refusal.origin.ref.name for refusal in found.refused] == ["younger", "young"]
    assert found.refused[0].reason.startswith("Service shop/old spec.externalIPs[0] came first")
    assert frontend("tcp/198.51.100.1/81", *facts).service.name == "younger"


def test_other_transports_are_other_ports() -> None:
    udp = service("b", {"port": 80, "protocol": "UDP"}, externalIPs=["198.51.100.1"])
    facts = [service("a", externalIPs=["198.51.100.1"]), udp]
    assert frontend("tcp/198.51.100.1/80", *facts).refused == ()
    assert frontend("udp/198.51.100.1/80", *facts).service.name == "b"


@pytest.mark.parametrize(
    ("spec", "address", "taken"),
    [
        ({"externalIPs": ["192.0.2.1"]},     "192.0.2.1",    True),
        ({"externalIPs": ["192.0.2.2"]},     "192.0.2.2",    True),
        ({"externalIPs": ["198.51.100.1"]},  "198.51.100.1", False),   # not this machine's
        ({"clusterIP": "192.0.2.1"},         "192.0.2.1",    False),   # whoever sets it up so
        ({"type": "LoadBalancer"},           "192.0.2.1",    True),
        ({"type": "LoadBalancer"},           "2001:db8::1",  True),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_port_that_is_in_use_is_left_to_whom_it_is(
    spec: dict[str, object], address: str, taken: bool
) -> None:
    fact = service("cart", {"port": 22}, **spec)
    found = frontend(f"tcp/{address}/22", MACHINE, fact, listening("tcp-22", "0.0.0.0", "::"))
    assert (found.forwarding is None, found.forwardings == ()) == (taken, taken)
    field = f"spec.{next(iter(spec))}" + ("[0]" if "externalIPs" in spec else "")
    assert told(found.refused) == ([(field, "PortOccupied")] if taken else [])


def test_our_own_http_entry_goes_first() -> None:
    fact = service(externalIPs=["192.0.2.1"])
    found = frontend("tcp/192.0.2.1/80", MACHINE, fact)
    assert [refusal.reason for refusal in found.refused] == [
        "Portico's own HTTP entry has tcp port 80 of this machine"
    ]
    elsewhere = Settings(bind=("192.0.2.2",))
    assert frontend("tcp/192.0.2.1/80", MACHINE, fact, settings=elsewhere).forwarding
    alone = Settings(rooms=frozenset({Room.L4}))
    assert frontend("tcp/192.0.2.1/80", MACHINE, fact, settings=alone).forwarding


def test_who_lost_takes_over_when_the_winner_leaves() -> None:
    young = service("young", externalIPs=["198.51.100.1"])
    found = frontend("tcp/198.51.100.1/80", young)
    assert (found.service.name, found.refused) == ("young", ())
