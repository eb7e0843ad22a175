"""The PROXY protocol, against bytes written by hand from its specification."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.engines.relay.proxy_header import LONGEST_V1, Ends, HeaderError, parse, render

V4 = Ends("192.0.2.10", 40000, "198.51.100.1", 443)
V6 = Ends("2001:db8::10", 1, "2001:db8:96::1", 65535)
SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")

HEADERS = [
    (V4, 1, b"PROXY TCP4 192.0.2.10 198.51.100.1 40000 443\r\n"),
    (V6, 1, b"PROXY TCP6 2001:db8::10 2001:db8:96::1 1 65535\r\n"),
    (V4, 2, SIGNATURE + bytes.fromhex("2111000cc000020ac63364019c4001bb")),
    (
        V6,
        2,
        SIGNATURE
        + bytes.fromhex("21210024")
        + bytes.fromhex("20010db8000000000000000000000010")
        + bytes.fromhex("20010db8009600000000000000000001")
        + bytes.fromhex("0001ffff"),
    ),
]
IDS = ["text, IPv4", "text, IPv6", "binary, IPv4", "binary, IPv6"]


@pytest.mark.parametrize(("ends", "version", "header"), HEADERS, ids=IDS)
def test_a_header_is_these_bytes(ends, version, header):
    assert render(ends, version) == header


@pytest.mark.parametrize(("ends", "version", "header"), HEADERS, ids=IDS)
def test_a_header_is_understood_whatever_comes_after_it(ends, version, header):
    assert parse(header) == (ends, len(header))
    assert parse(header + b"GET / HTTP/1.1\r\n") == (ends, len(header))


@pytest.mark.parametrize(("ends", "version", "header"), HEADERS, ids=IDS)
def test_every_beginning_of_a_header_needs_more_bytes(ends, version, header):
    assert all(parse(header[:size]) is None for size in range(len(header)))


def test_the_longest_text_fits_the_bound_of_the_specification():
    widest = "ffff:" * 7 + "ffff"
    header = render(Ends(widest, 65535, widest, 65535), 1)
    assert len(header) == 104 <= LONGEST_V1  # 107 are for `UNKNOWN`, which is never sent


def test_extra_fields_of_version_2_are_skipped():
    header = bytearray(render(V4, 2))
    header[15] += 4
    assert parse(bytes(header) + b"\x04\x00\x01x" + b"rest") == (V4, 32)


@pytest.mark.parametrize(
    "wrong",
    [
        b"GET / HTTP/1.1\r\n",
        b"PROXY " + b"x" * 200,
        b"PROXY UNKNOWN\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 -1\r\n",
        b"PROXY TCP4 192.0.2.1 2001:db8::1 1 1\r\n",
        b"PROXY TCP6 192.0.2.1 192.0.2.2 1 1\r\n",
        b"PROXY TCP4 192.0.2.300 192.0.2.2 1 1\r\n",
        SIGNATURE + bytes.fromhex("20000000"),
        SIGNATURE + bytes.fromhex("31110000"),
        SIGNATURE + bytes.fromhex("21110004c0000201"),
    ],
)
def test_what_is_no_header_is_refused(wrong):
    with pytest.raises(HeaderError):
        parse(wrong)


@given(st.binary(max_size=200), st.sampled_from([b"", SIGNATURE, b"PROXY ", b"PROXY TCP4 "]))
def test_no_bytes_do_harm(noise, start):
    try:
        parsed = parse(start + noise)
    except HeaderError:
        return
    assert parsed is None or parsed.size <= len(start + noise)


_PORTS = st.integers(0, 65535)


@given(
    st.one_of(st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)),
              st.tuples(st.ip_addresses(v=6), st.ip_addresses(v=6))),
    _PORTS, _PORTS, st.sampled_from([1, 2]),
)  # fmt: skip
def test_what_is_said_is_understood(addresses, source_port, destination_port, version):
    source, destination = addresses
    ends = Ends(str(source), source_port, str(destination), destination_port)
    header = render(ends, version)
    assert version == 2 or len(header) <= LONGEST_V1
    parsed = parse(header)
    assert parsed is not None
    told = parsed.ends
    assert (ipaddress.ip_address(told.source), told.source_port) == (source, source_port)
    assert (told.destination, told.destination_port) == (ends.destination, destination_port)
