"""Which interfaces are left out by their names."""

import re

import pytest

from portico.engines.arp.options import EXCLUDED


@pytest.mark.parametrize(
    ("name", "is_out"),
    [
        ("eth0",            False),
        ("enp3s0",          False),
        ("bond0",           False),
        ("br0",             False),
        ("br-lan",          False),
        ("eth0.100",        False),
        ("lan",             False),
        ("lo",              True),
        ("docker0",         True),
        ("br-0123456789ab", True),   # a network of Docker's
        ("virbr0",          True),
        ("veth12ab",        True),
        ("cali1234",        True),
        ("kube-ipvs0",      True),
        ("cni0",            True),
        ("nodelocaldns",    True),
    ],
)  # fmt: skip
def test_names(name, is_out):
    assert bool(re.search(EXCLUDED, name)) is is_out
