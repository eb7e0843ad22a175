"""ARP and NDP, byte for byte, and whatever else comes in."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines_arp.stage import question, render_solicitation
from portico.engines.arp import arp, datagram, ndp
from portico.engines.arp.datagram import Ends
from portico.engines.arp.ethernet import BROADCAST, IPV6, multicast, parse, render
from support import effort

OURS = bytes.fromhex("020000000001")
THEIRS = bytes.fromhex("020000000002")
VIP = socket.inet_pton(socket.AF_INET, "192.0.2.100")
VIP6 = socket.inet_pton(socket.AF_INET6, "2001:db8::100")
CLIENT6 = socket.inet_pton(socket.AF_INET6, "2001:db8::1")


def test_an_arp_answer_as_it_is_on_the_wire():
    heard = arp.read(question("192.0.2.100", THEIRS))
    assert heard is not None
    assert heard.about == VIP
    assert arp.answer(heard, OURS).hex(" ") == (
        "02 00 00 00 00 02 02 00 00 00 00 01 08 06 "  # to who asked, from us
        "00 01 08 00 06 04 00 02 "  # a reply
        "02 00 00 00 00 01 c0 00 02 64 "  # 192.0.2.100 is at ours
        "02 00 00 00 00 02 c0 00 02 01"
    )


def test_announcements_are_a_request_and_a_reply_to_everybody():
    ask, reply = arp.announcements(VIP, OURS)
    assert ask.hex(" ") == (
        "ff ff ff ff ff ff 02 00 00 00 00 01 08 06 00 01 08 00 06 04 00 01 "
        "02 00 00 00 00 01 c0 00 02 64 00 00 00 00 00 00 c0 00 02 64"
    )
    assert reply.hex(" ") == (
        "ff ff ff ff ff ff 02 00 00 00 00 01 08 06 00 01 08 00 06 04 00 02 "
        "02 00 00 00 00 01 c0 00 02 64 ff ff ff ff ff ff c0 00 02 64"
    )
    assert arp.read(ask).announces


@pytest.mark.parametrize(
    ("place", "value", "what"),
    [
        (15, 6, "another kind of hardware"),
        (16, 9, "another protocol"),
        (18, 8, "hardware addresses of another size"),
        (19, 16, "protocol addresses of another size"),
        (21, 3, "neither request nor reply"),
        (22, 3, "a sender inside that is another one than outside"),
        (6, 3, "the same from the other side"),
    ],
)
def test_arp_that_is_none(place, value, what):
    frame = bytearray(question("192.0.2.100", THEIRS))
    frame[place] = value
    assert arp.read(bytes(frame)) is None, what


def test_a_solicited_advertisement_does_not_override():
    heard = ndp.read(render_solicitation(VIP6, THEIRS, CLIENT6))
    assert heard is not None
    assert (heard.about, heard.address, heard.mac) == (VIP6, CLIENT6, THEIRS)
    frame = parse(ndp.answer(heard, OURS))
    assert (frame.target, frame.source) == (THEIRS, OURS)
    assert frame.payload[7] == 255
    assert frame.payload[8:24] == VIP6
    assert frame.payload[24:40] == CLIENT6
    kind, code, _, flags, about = struct.unpack_from("!BBHI16s", frame.payload, 40)
    assert (kind, code, flags, about) == (136, 0, 0x40000000, VIP6)
    assert frame.payload[64:] == bytes((2, 1)) + OURS
    assert ndp.read(ndp.answer(heard, OURS)), "the checksum is right"


def test_an_announcement_overrides_and_goes_to_everybody():
    sent = ndp.announcement(VIP6, OURS)
    frame = parse(sent)
    assert frame.target == bytes.fromhex("333300000001")
    assert frame.payload[24:40] == ndp.ALL_NODES
    assert struct.unpack_from("!I", frame.payload, 44)[0] == 0x20000000
    assert ndp.read(sent) == ndp.Heard(OURS, VIP6, VIP6, is_question=False)


def test_who_has_no_address_yet_is_answered_so_that_everybody_hears():
    heard = ndp.read(render_solicitation(VIP6, THEIRS, bytes(16)))
    frame = parse(ndp.answer(heard, OURS))
    assert frame.target == multicast(ndp.ALL_NODES)
    assert struct.unpack_from("!I", frame.payload, 44)[0] == 0


@pytest.mark.parametrize(
    ("place", "value", "what"),
    [
        (14 + 7, 254, "it has come through a router"),
        (14 + 6, 17, "not ICMPv6"),
        (14 + 41, 1, "a code that is not 0"),
        (14 + 43, 0, "a wrong checksum"),
        (14 + 48, 0xFF, "about a group"),
        (14 + 65, 0, "an option without length"),
        (14 + 65, 9, "an option that is longer than the message"),
        (14 + 5, 200, "longer than the packet"),
    ],
)
def test_solicitations_that_are_none(place, value, what):
    frame = bytearray(render_solicitation(VIP6, THEIRS, CLIENT6))
    frame[place] = value
    assert ndp.read(bytes(frame)) is None, what


@pytest.mark.parametrize("address", ["192.0.2.11", "fe80::1"])
def test_datagrams_come_back_as_they_were_sent(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    ends = Ends(OURS, socket.inet_pton(family, address))
    for content in (b"", b"odd", b"even", bytes(1200)):
        assert datagram.receive(datagram.send(ends, 9181, content), 9181) == (ends, content)
    frame = datagram.send(ends, 9181, b"content")
    assert datagram.receive(frame, 9182) is None
    assert datagram.receive(frame + bytes(20), 9181) == (ends, b"content"), "padding"
    for place in range(14, len(frame)):
        broken = bytearray(frame)
        broken[place] ^= 0x10
        got = datagram.receive(bytes(broken), 9181)
        # What the checksums do not cover: bits for routers on the way, and the flow label.
        assert got is None or (got == (ends, b"content") and ":" in address and place < 18), place


FRAMES = st.one_of(
    st.binary(max_size=120),
    st.builds(
        lambda payload, kind: render(BROADCAST, THEIRS, kind, payload),
        st.binary(max_size=120),
        st.sampled_from([0x0800, 0x0806, IPV6]),
    ),
)
KNOWN = [
    question("192.0.2.100", THEIRS),
    render_solicitation(VIP6, THEIRS, CLIENT6),
    ndp.announcement(VIP6, OURS),
    datagram.send(Ends(OURS, VIP), 9181, b"content"),
    datagram.send(Ends(OURS, VIP6), 9181, b"content"),
]


@st.composite
def damaged(draw):
    """A good frame, with some bytes changed, or cut short."""
    frame = bytearray(draw(st.sampled_from(KNOWN)))
    for _ in range(draw(st.integers(0, 4))):
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    return bytes(frame[: draw(st.integers(0, len(frame)))])


@effort.packets
@given(st.one_of(FRAMES, damaged()))
def test_no_frame_raises_and_answers_can_be_made_of_what_is_read(frame):
    if (heard := arp.read(frame)) is not None:
        assert arp.read(arp.answer(heard, OURS)).address == heard.about
    if (solicited := ndp.read(frame)) is not None and solicited.is_question:
        assert ndp.read(ndp.answer(solicited, OURS)).about == solicited.about
    datagram.receive(frame, 9181)
