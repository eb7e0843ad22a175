"""Who was first on a port."""

from portico.ipam.node_ports import Slot
from portico.model.local import Listening
from portico.plan.key import Key
from portico.plan.transport import Transport
from portico.sources.contract import Put
from portico.sources.network.holders import EVERYWHERE, Holders
from portico.sources.network.listeners import Listener

TCP, UDP = Transport.TCP, Transport.UDP
SOMEONE = Listener(TCP, 80, "192.0.2.1")
ELSEWHERE = Listener(TCP, 80, "192.0.2.9")
ANYWHERE = Listener(TCP, 80, "0.0.0.0")


def holders(*served: Listener, first=()) -> Holders:
    made = Holders([Slot(TCP, 443)])
    made.first_look(frozenset(first), frozenset())
    serve(made, *served)
    return made


def serve(made: Holders, *served: Listener) -> None:
    made.serve({Key("frontend", str(number)): each for number, each in enumerate(served)})


def told(events) -> list[tuple[str, ...]]:
    """Addresses that have the port; nothing for a drop."""
    return [event.fact.addresses if isinstance(event, Put) else () for event in events]


def test_whoever_comes_later_is_not_told():
    for late in (SOMEONE, ANYWHERE):
        assert holders(SOMEONE).look(frozenset({late})) == []
        assert holders(Listener(TCP, 80, EVERYWHERE)).look(frozenset({late})) == []


def test_another_address_transport_or_port_is_free():
    free = {ELSEWHERE, Listener(TCP, 81, "192.0.2.1")}
    assert len(holders(SOMEONE).look(frozenset(free))) == 2


def test_whoever_was_first_stays_even_if_we_serve_it_by_mistake():
    made = holders(first=[SOMEONE])
    serve(made, SOMEONE)
    assert made.look(frozenset({SOMEONE})) == []
    assert made.slots == {Slot(TCP, 80)}


def test_whoever_was_first_and_went_comes_back_as_a_latecomer():
    made = holders(first=[SOMEONE])
    assert told(made.look(frozenset())) == [()]
    serve(made, SOMEONE)
    assert made.look(frozenset({SOMEONE})) == []


def test_a_latecomer_has_the_port_once_we_let_go():
    made = holders(SOMEONE)
    made.look(frozenset({SOMEONE}))
    serve(made)
    assert told(made.look(frozenset({SOMEONE}))) == [("192.0.2.1",)]


def test_our_own_ports_are_never_told():
    assert holders().look(frozenset({Listener(TCP, 443, "0.0.0.0")})) == []


def test_all_addresses_of_a_port_are_one_fact():
    (event,) = holders().look(frozenset({SOMEONE, ELSEWHERE}))
    assert event.fact.ref.kind == Listening.KIND
    assert event.fact.addresses == ("192.0.2.1", "192.0.2.9")


def test_what_is_as_it_was_is_not_told_again():
    made = holders(first=[SOMEONE, ELSEWHERE])
    assert made.look(frozenset({ELSEWHERE, SOMEONE})) == []


def test_a_udp_socket_of_a_moment_is_not_told():
    made, client = holders(), Listener(UDP, 50000, "0.0.0.0")
    assert made.look(frozenset({client})) == []
    assert made.look(frozenset()) == []
    assert made.look(frozenset({client})) == []
    assert told(made.look(frozenset({client}))) == [("0.0.0.0",)]
