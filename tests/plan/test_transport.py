"""What a layer-4 connection is."""

import pytest

from portico.plan.transport import Family, Transport, family_of, place_of


@pytest.mark.parametrize(
    ("address", "family"),
    [("192.0.2.1", Family.IPV4), ("2001:db8::1", Family.IPV6), ("::1", Family.IPV6)],
)
def test_families(address: str, family: Family) -> None:
    assert family_of(address) is family


def test_places() -> None:
    assert place_of("192.0.2.1", 53) == "192.0.2.1:53"
    assert place_of("fd00::1", 80) == "[fd00::1]:80"


def test_words() -> None:
    assert [str(kind) for kind in Transport] == ["tcp", "udp", "sctp"]
    assert [str(kind) for kind in Family] == ["ipv4", "ipv6"]
