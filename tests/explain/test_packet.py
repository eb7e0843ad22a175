"""What is asked about a connection."""

import re
from ipaddress import ip_address

import pytest

from portico.explain.packet import is_packet, parse_packet
from portico.explain.request import RequestError
from portico.plan.transport import Family, Transport


@pytest.mark.parametrize(("url", "transport", "address", "port"), [
    ("tcp://192.0.2.1:80",           Transport.TCP,  "192.0.2.1",   80),
    ("UDP://192.0.2.1:65535",        Transport.UDP,  "192.0.2.1",   65535),
    ("sctp://[2001:DB8::0:1]:1/",    Transport.SCTP, "2001:db8::1", 1),
])  # fmt: skip
def test_a_packet_by_its_url(url, transport, address, port):
    packet = parse_packet(url)
    assert (packet.transport, str(packet.address), packet.port) == (transport, address, port)
    assert packet.client is None


def test_the_client_is_of_the_same_family():
    assert parse_packet("tcp://[::1]:80", "[fd00::1]").client == ip_address("fd00::1")
    assert parse_packet("tcp://192.0.2.1:80", "192.0.2.7").family is Family.IPV4
    with pytest.raises(RequestError, match="a client of IPv6 cannot reach"):
        parse_packet("tcp://192.0.2.1:80", "fd00::1")


@pytest.mark.parametrize(("url", "says"), [
    ("tcp://192.0.2.1",          "expected tcp://ADDRESS:PORT"),
    ("tcp://192.0.2.1:http",     "expected tcp://ADDRESS:PORT"),
    ("tcp://2001:db8::1:80",     "expected tcp://ADDRESS:PORT"),     # without brackets
    ("tcp://192.0.2.1:80/path",  "expected tcp://ADDRESS:PORT"),
    ("tcp://192.0.2.1:\u0661",   "expected tcp://ADDRESS:PORT"),
    ("tcp://shop.example:80",    "'shop.example' is no IP address"),
    ("tcp://:80",                "'' is no IP address"),
    ("tcp://[fd00::1%25]:80",    "is no IP address"),
    ("tcp://192.0.2.1:0",        "port 0 does not exist"),
    ("tcp://192.0.2.1:65536",    "port 65536 does not exist"),
])  # fmt: skip
def test_what_is_no_packet(url, says):
    with pytest.raises(RequestError, match=re.escape(says)):
        parse_packet(url)


def test_a_client_that_is_none():
    with pytest.raises(RequestError, match="--from me: 'me' is no IP address"):
        parse_packet("tcp://192.0.2.1:80", "me")


def test_it_is_written_as_it_was_asked():
    assert str(parse_packet("TCP://[FD00::1]:080")) == "tcp://[fd00::1]:80"
    assert parse_packet("udp://192.0.2.1:53").place == "192.0.2.1:53"


@pytest.mark.parametrize(("url", "is_one"), [
    ("tcp://anything", True), ("UDP://", True), ("http://tcp://", False), ("tcp:", False),
])  # fmt: skip
def test_which_urls_are_about_packets(url, is_one):
    assert is_packet(url) is is_one
