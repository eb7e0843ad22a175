"""Control packets: the very octets of RFC 5880, and everything that is none."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.engines.bgp.bfd.wire import Packet, PacketError, State, decode, encode

UP = Packet(State.UP, mine=0x01020304, yours=0x0A0B0C0D, multiplier=3, transmit=300_000,
            receive=100_000)  # fmt: skip
OCTETS = bytes.fromhex("20 C0 03 18 01020304 0A0B0C0D 000493E0 000186A0 00000000")

packets = st.builds(
    Packet,
    state=st.sampled_from([State.UP, State.INIT]),
    mine=st.integers(1, 2**32 - 1),
    yours=st.integers(1, 2**32 - 1),
    multiplier=st.integers(1, 255),
    transmit=st.integers(0, 2**32 - 1),
    receive=st.integers(0, 2**32 - 1),
    diagnostic=st.integers(0, 31),
    poll=st.booleans(),
    final=st.booleans(),
    demand=st.booleans(),
    echo=st.integers(0, 2**32 - 1),
)


def test_the_octets_are_those_of_the_rfc():
    assert encode(UP) == OCTETS
    assert decode(OCTETS) == UP


@given(packets)
def test_what_is_written_can_be_read(packet):
    assert decode(encode(packet)) == packet


def changed(at: int, value: int, octets: bytes = OCTETS) -> bytes:
    return octets[:at] + bytes([value]) + octets[at + 1 :]


@pytest.mark.parametrize(
    ("what", "octets"),
    [
        ("nothing", b""),
        ("too short", OCTETS[:-1]),
        ("version 0", changed(0, 0x00)),
        ("version 2", changed(0, 0x40)),
        ("multiplier 0", changed(2, 0)),
        ("length below 24", changed(3, 23)),
        ("length beyond the datagram", changed(3, 25)),
        ("multipoint", changed(1, 0xC1)),
        ("authenticated", changed(1, 0xC4)),
        ("no discriminator of its own", OCTETS[:4] + bytes(4) + OCTETS[8:]),
        ("up, without a discriminator of ours", OCTETS[:8] + bytes(4) + OCTETS[12:]),
    ],
)
def test_what_section_6_8_6_drops_is_dropped(what, octets):
    with pytest.raises(PacketError):
        decode(octets)


def test_trailing_octets_are_left_alone():
    assert decode(OCTETS + b"\0" * 8) == UP


def test_no_octets_raise_anything_else():
    chance = random.Random(5880)
    for _ in range(100_000):
        octets = bytearray(OCTETS)
        for _ in range(chance.randrange(6)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        octets = octets[: chance.choice((24, 24, 24, chance.randrange(25)))]
        try:
            decode(bytes(octets))
        except PacketError:
            continue
