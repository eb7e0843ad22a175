"""The order of MetalLB, so that whoever comes from there keeps every address where it is."""

import hashlib

import pytest

from portico.engines.arp.election import Candidate, draw, finalists

NODES = ("alpha", "beta", "gamma")


def by_metallb(nodes, address):
    """Written down again, from its documentation."""
    return min(nodes, key=lambda node: hashlib.sha256(f"{node}#{address}".encode()).digest())


def elect(candidates, address):
    return draw(finalists(candidates), address)


def test_without_weights_the_smallest_hash_wins():
    addresses = [f"192.0.2.{number}" for number in range(1, 255)] + ["2001:db8::1"]
    for address in addresses:
        won = elect([Candidate(node, 0) for node in NODES], address)
        assert won == by_metallb(NODES, address)
    assert {by_metallb(NODES, address) for address in addresses} == set(NODES)


@pytest.mark.parametrize(
    ("weights", "winner"),
    [
        ((0, 0, 0), by_metallb(NODES, "192.0.2.1")),
        ((7, 7, 7), by_metallb(NODES, "192.0.2.1")),  # L2-21: alike is not preferred at all
        ((0, 110, 60), "beta"),
        ((60, 50, 0), "alpha"),
        ((0, 0, 1), "gamma"),
    ],
)
def test_more_weight_wins(weights, winner):
    candidates = [Candidate(node, weight) for node, weight in zip(NODES, weights, strict=True)]
    assert elect(candidates, "192.0.2.1") == winner
    assert elect(reversed(candidates), "192.0.2.1") == winner


def test_nobody():
    assert elect([], "192.0.2.1") is None
