"""Which facts are looked at."""

import pytest

from portico.compiler.lower import LOWER, kinds_lowered
from portico.settings import Room, Settings, Via

POOLS = {"IPAddressPool", "Eip"}


@pytest.mark.parametrize(
    ("rooms", "via", "kinds"),
    [
        ({Room.HTTP},          Via.ENDPOINTS,  {"Ingress"}),
        ({Room.L4},            Via.ENDPOINTS,  {"Service", "Machine"} | POOLS),
        ({Room.HTTP, Room.L4}, Via.ENDPOINTS,  {"Ingress", "Service", "Machine"} | POOLS),
        ({Room.HTTP},          Via.NODE_PORT,  {"Ingress", "Service", "Node"}),
        ({Room.L4},            Via.NODE_PORT,  {"Service", "Machine", "Node"} | POOLS),
        (set(),                Via.ENDPOINTS,  set()),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_room_that_is_switched_off_costs_nothing(
    rooms: set[Room], via: Via, kinds: set[str]
) -> None:
    assert kinds_lowered(Settings(rooms=frozenset(rooms), via=via)) == kinds


def test_every_kind_is_looked_at_somewhere() -> None:
    rooms = frozenset(Room)
    found = [kinds_lowered(Settings(rooms=rooms, via=via)) for via in Via]
    assert found[0] | found[1] == LOWER.keys()
