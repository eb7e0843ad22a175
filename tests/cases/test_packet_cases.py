"""Every case of layer 4, told to explain; tests/packets tells them to the kernel.

If the two disagree, one of them lies.
"""

import pytest

from cases.network import THIS_MACHINE, TOWARDS_PODS
from cases.packet_case import DROPPED, NOT_SERVED, REJECTED, load
from portico.explain.hops import follow
from portico.explain.packet import parse_packet
from portico.explain.packet_answer import Client, End
from portico.settings import Pick

ENDS = {
    End.FORWARDED: "",
    End.REJECTED: REJECTED,
    End.DROPPED: DROPPED,
    End.NOT_SERVED: NOT_SERVED,
    End.ANSWERED: NOT_SERVED,
}


@pytest.fixture
def case(packet_folder):
    return load(packet_folder)


def test_explain(case):
    for packet in case.packets:
        answer = follow(case.plan, parse_packet(packet.to, packet.client))
        assert ENDS[answer.end] == packet.ends, f"{packet}: {answer.why}"
        arrived = {(each.endpoint.address, each.endpoint.port) for each in answer.arrivals}
        assert arrived == packet.endpoints, packet
        for arrival in answer.arrivals:
            assert seen(packet, arrival) <= packet.sees, f"{packet}: {arrival.why}"
        if packet.who == THIS_MACHINE:
            assert answer.standing.client is Client.THIS_MACHINE


def test_explain_tells_of_affinity_and_of_the_proxy_protocol(case):
    for packet in case.packets:
        pool = follow(case.plan, parse_packet(packet.to, packet.client)).pool
        if pool and pool.endpoints:
            assert (pool.affinity > 0 or pool.pick is Pick.SOURCE_HASH) is packet.sticky, packet
            assert pool.proxy_protocol == packet.proxy, packet


def test_explain_tells_what_was_refused(case):
    for packet in case.packets:
        lost = follow(case.plan, parse_packet(packet.to, packet.client)).lost
        told = {refusal.because.value.code for refusal in lost}
        assert told >= packet.because, packet


def test_problems(case, golden):
    golden(case.folder / "problems.yaml", case.problems, [])


def seen(packet, arrival):
    return {TOWARDS_PODS[packet.family] if arrival.is_masqueraded else packet.client}
