"""Every case of layer 4, told to a real kernel: who answers, whom it sees, and how a no sounds."""

import ipaddress
from collections import Counter

import pytest

from cases.packet_case import DROPPED, NOT_SERVED, REJECTED, load
from packets.proxied import source_of
from portico.plan.transport import Transport

ENOUGH = 64
"""Connections after which an endpoint of four that never answered is none; (3/4)^64 = 1e-8."""

FEW = 6
"""Connections in a row after which a client is believed to stay; (1/2)^6 is no proof."""

NO = {REJECTED: {"refused", "unreachable"}, DROPPED: {"timeout"}}


@pytest.fixture
def case(packet_folder, stage):
    found = load(packet_folder)
    stage.serve(found.plan, found.served)
    return found


def test_packets(case, stage):
    # Few kernels have SCTP, and our servers do not speak it: that is for explain alone.
    rows = [packet for packet in case.packets if packet.transport is not Transport.SCTP]
    wrong = [told for told in stage.askers.map(lambda row: trial(row, stage), rows) if told]
    assert not wrong, "\n".join(wrong)


def trial(packet, stage):
    """What is not as the row says; empty where all is."""
    if packet.ends:
        return not_served(packet, stage)
    return served(packet, stage)


def not_served(packet, stage):
    end = stage.ask(packet).end
    is_fine = end != "answered" if packet.ends == NOT_SERVED else end in NO[packet.ends]
    return "" if is_fine else f"{packet}: {end}, not {packet.ends}"


def served(packet, stage):
    found = Counter()
    for number in range(ENOUGH):
        told = stage.ask(packet)
        if told.end != "answered":
            return f"{packet}: {told.end}, after {dict(found)}"
        endpoint = stage.endpoint(told, packet)
        found[endpoint] += 1
        if endpoint not in packet.endpoints:
            return f"{packet}: answered by {endpoint}"
        if told.source not in packet.sees:
            return f"{packet}: the endpoint sees {told.source}, not {set(packet.sees)}"
        if packet.proxy and (trouble := proxied(packet, told)):
            return trouble
        if packet.sticky and len(found) > 1:
            return f"{packet}: one client got {dict(found)}"
        if found.keys() == packet.endpoints or (packet.sticky and number == FEW):
            return ""
    return f"{packet}: never answered by {packet.endpoints - found.keys()}"


def proxied(packet, told):
    version, source = source_of(told.rest)
    if version != packet.proxy:
        return f"{packet}: PROXY protocol {version}, not {packet.proxy}: {told.rest!r}"
    if ipaddress.ip_address(source) != ipaddress.ip_address(packet.client):
        return f"{packet}: the PROXY header says {source}"
    return ""
