"""Networks as the kernel tells of them."""

from ipaddress import ip_network

import pytest

from portico.engines.nftables.networks import canonical, spans


@pytest.mark.parametrize(
    ("networks", "version", "told"),
    [
        ([], 4, ()),
        (["10.0.0.0/8"], 4, ("10.0.0.0/8",)),
        (["10.0.0.0/8"], 6, ()),
        (["0.0.0.0/0", "10.0.0.0/8"], 4, ("0.0.0.0/0",)),
        (["10.0.0.7/32"], 4, ("10.0.0.7",)),
        (["10.1.0.0/24", "10.0.0.0/24"], 4, ("10.0.0.0/24", "10.1.0.0/24")),
        (["10.0.0.0/24", "10.0.1.0/24"], 4, ("10.0.0.0/23",)),
        (["10.0.1.0/24", "10.0.2.0/24"], 4, ("10.0.1.0-10.0.2.255",)),  # no network
        (["2001:db8:0:0::/64", "fd00::1/128"], 6, ("2001:db8::/64", "fd00::1")),
    ],
)
def test_spans_are_disjoint_and_in_order(networks, version, told):
    assert spans(tuple(ip_network(network) for network in networks), version) == told


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::FFFF:1.2.3.4", "::ffff:1.2.3.4"),
    ],
)
def test_one_text_for_one_address(address, told):
    assert canonical(address) == told
