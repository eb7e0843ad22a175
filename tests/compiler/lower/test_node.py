"""Node -> nothing but the news that it cannot be reached."""

import pytest

from compiler.l4 import refused
from compiler.world import lowered
from model.build import node
from portico.model.core import Node


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        (node("a", "10.1.0.1"),                    []),
        (node("a", "ExternalIP=198.51.100.1"),     []),
        (node("a"),                                ["NodeWithoutAddress"]),
        (node("a", "Hostname=a.example"),          ["NodeWithoutAddress"]),
        (node("a", leaving=True),                  []),    # it would get nothing anyway
    ],
    ids=range(5),
)  # fmt: skip
def test_a_node_without_an_address_is_told_so(fact: Node, codes: list[str]) -> None:
    assert refused(lowered(fact)) == [("status.addresses", code) for code in codes]
