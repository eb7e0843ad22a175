"""Which engines there are, and which outlive Portico."""

from dataclasses import replace

import pytest

from portico.daemon.rooms import engines_of, kept, own_ports
from portico.engines.relay import relay_port
from portico.ipam.node_ports import Slot
from portico.plan.transport import Transport
from portico.settings import Room, Settings

L4 = {"nftables", "relay", "health_ports"}


@pytest.mark.parametrize(
    ("rooms", "engines"),
    [
        ({Room.HTTP}, {"nginx"}),
        ({Room.L4}, L4),
        ({Room.LB}, {"arp", "bgp"}),
        (Room, {"nginx", "arp", "bgp", *L4}),
    ],
)
def test_a_room_that_is_shut_has_no_engines(tmp_path, rooms, engines):
    settings = Settings(rooms=frozenset(rooms), state_dir=tmp_path)
    made = engines_of(settings, cleanup=False, forwards=bool, is_leaving=bool)
    assert {engine.name for engine in made} == engines


@pytest.mark.parametrize(
    ("rooms", "keep", "cleanup", "going_on"),
    [
        (Room, False, False, {"nftables", "relay"}),
        (Room, True, False, {"nginx", "arp", "bgp", "nftables", "relay"}),
        (Room, False, True, set()),
        (Room, True, True, {"nginx", "arp", "bgp"}),
        ([Room.HTTP], True, False, {"nginx"}),
        ([Room.L4], True, False, {"nftables", "relay"}),
    ],
)
def test_what_goes_on(rooms, keep, cleanup, going_on):
    assert kept(Settings(rooms=frozenset(rooms)), keep=keep, cleanup=cleanup) == going_on


def test_ports_of_our_own(tmp_path):
    settings = Settings(https_port=8443, state_dir=tmp_path)
    https, relay = Slot(Transport.TCP, 8443), Slot(Transport.TCP, relay_port(tmp_path))
    assert {https, relay} <= set(own_ports(settings))
    assert own_ports(replace(settings, rooms=frozenset({Room.L4}))) == [relay]
