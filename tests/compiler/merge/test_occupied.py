"""Whether a port of this machine is in use already."""

import pytest

from compiler.l4 import MACHINE
from compiler.world import look_at
from model.build import listening
from portico.compiler.look import Look
from portico.compiler.merge.occupied import occupant
from portico.model.ref import Ref
from portico.plan.transport import Transport
from portico.settings import Room, Settings

TCP, UDP = Transport.TCP, Transport.UDP
OURS = Settings(http_port=80, https_port=0, admin_port=9180, admin_host="192.0.2.1")
NO_HTTP = Settings(http_port=80, rooms=frozenset({Room.L4}))


def at(look: Look, transport: Transport, port: int, *addresses: str) -> str:
    return occupant(transport, port, look, lambda _: addresses)


@pytest.mark.parametrize(
    ("transport", "port", "settings", "who"),
    [
        (TCP, 80,    OURS,       "Portico's own HTTP entry has tcp port 80"),
        (TCP, 443,   OURS,       ""),
        (TCP, 443,   Settings(), "Portico's own HTTP entry has tcp port 443"),
        (UDP, 80,    OURS,       ""),
        (TCP, 80,    NO_HTTP,    ""),
        (TCP, 9180,  OURS,       "Portico's own admin page has tcp port 9180"),
        (TCP, 22,    OURS,       "another program has tcp port 22"),
        (UDP, 22,    OURS,       ""),
        (UDP, 53,    OURS,       "another program has udp port 53"),
    ],
    ids=range(9),
)  # fmt: skip
def test_who_has_a_port(transport: Transport, port: int, settings: Settings, who: str) -> None:
    facts = (MACHINE, listening("tcp-22", "0.0.0.0"), listening("udp-53", "192.0.2.1"))
    assert at(look_at(*facts, settings=settings), transport, port, "192.0.2.1") == who


@pytest.mark.parametrize(
    ("bound", "address", "others", "ours"),
    [
        (["0.0.0.0"],    "192.0.2.1",   True,  True),
        (["0.0.0.0"],    "2001:db8::1", False, False),
        (["::"],         "2001:db8::1", True,  True),
        (["::"],         "192.0.2.1",   True,  False),    # ours say that they take IPv6 only
        (["192.0.2.1"],  "192.0.2.1",   True,  True),
        (["192.0.2.2"],  "192.0.2.1",   False, False),
        (["127.0.0.1"],  "192.0.2.1",   False, False),
        ([],             "192.0.2.1",   False, False),
    ],
    ids=range(8),
)  # fmt: skip
def test_which_addresses_that_takes(
    bound: list[str], address: str, others: bool, ours: bool
) -> None:
    look = look_at(MACHINE, listening("tcp-22", *bound), settings=Settings(bind=tuple(bound)))
    assert bool(at(look, TCP, 22, address)) is others
    assert bool(at(look, TCP, 80, address)) is ours


def test_one_address_that_is_taken_is_enough() -> None:
    look = look_at(MACHINE, listening("tcp-22", "192.0.2.2"))
    assert at(look, TCP, 22, "192.0.2.1", "192.0.2.2")
    assert not at(look, TCP, 22)


def test_of_an_unknown_machine_nothing_is_in_use() -> None:
    assert at(look_at(), TCP, 80, "192.0.2.1") == ""


def test_the_machine_is_only_read_where_somebody_has_the_port() -> None:
    look = look_at(MACHINE)
    assert at(look, TCP, 81, "192.0.2.1") == ""
    assert look.trail == {Ref("Listening", "", "tcp-81")}
