"""Whether a port of this machine is in use already."""

import pytest

from compiler.l4 import MACHINE
from compiler.world import look_at
from model.build import listening
from portico.compiler.merge.occupied import machine_of, occupants, occupies
from portico.plan.transport import Transport
from portico.settings import Room, Settings

TCP, UDP = Transport.TCP, Transport.UDP
OURS = Settings(http_port=80, https_port=0, admin_port=9180)
NO_HTTP = Settings(http_port=80, rooms=frozenset({Room.L4}))


@pytest.mark.parametrize(
    ("transport", "port", "settings", "who"),
    [
        (TCP, 80,    OURS,     ["Portico's own HTTP entry"]),
        (TCP, 443,   OURS,     []),
        (TCP, 443,   Settings(), ["Portico's own HTTP entry"]),
        (UDP, 80,    OURS,     []),
        (TCP, 80,    NO_HTTP,  []),
        (TCP, 9180,  OURS,     ["Portico's own admin page"]),
        (TCP, 22,    OURS,     ["another program"]),
        (UDP, 22,    OURS,     []),
        (UDP, 53,    OURS,     ["another program"]),
    ],
    ids=range(9),
)  # fmt: skip
def test_who_has_a_port(
    transport: Transport, port: int, settings: Settings, who: list[str]
) -> None:
    facts = (listening("tcp-22", "0.0.0.0"), listening("udp-53", "127.0.0.53"))
    found = occupants(transport, port, look_at(*facts, settings=settings))
    assert [name for name, _ in found] == who


@pytest.mark.parametrize(
    ("bound", "address", "taken"),
    [
        (["0.0.0.0"],    "192.0.2.1",   True),
        (["0.0.0.0"],    "2001:db8::1", False),
        (["::"],         "2001:db8::1", True),
        (["::"],         "192.0.2.1",   True),    # unless it says that it takes IPv6 only
        (["192.0.2.1"],  "192.0.2.1",   True),
        (["192.0.2.2"],  "192.0.2.1",   False),
        (["127.0.0.1"],  "192.0.2.1",   False),
        ([],             "192.0.2.1",   False),
    ],
    ids=range(8),
)  # fmt: skip
def test_which_addresses_that_takes(bound: list[str], address: str, taken: bool) -> None:
    assert occupies(bound, address) is taken


def test_this_machine_may_be_unknown() -> None:
    assert machine_of(look_at()) is None
    assert machine_of(look_at(MACHINE)) == MACHINE
