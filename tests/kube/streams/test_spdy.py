"""SPDY/3.1, as conversations, and as anything else that may come."""

import contextlib
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kube.streams import playbook
from kube.streams.peer import SpdyPeer
from portico.kube.streams import spdy
from portico.kube.streams.spdy import ResetStatus, Spdy
from portico.kube.streams.spdy_dictionary import DICTIONARY
from portico.kube.streams.spdy_headers import LONGEST_BLOCK, Packer, SpdyError, Unpacker


def understood(pieces: Iterable[bytes]) -> tuple[list[str], str]:
    """The lines of what came, as long as it could be understood, and why no longer."""
    session, frames, error = Spdy(), list[spdy.Frame](), ""
    try:
        for piece in pieces:
            for frame in session.receive(piece):
                before = frames[-1] if frames else None
                if (
                    isinstance(frame, spdy.Data)
                    and isinstance(before, spdy.Data)
                    and before.stream == frame.stream
                    and not before.ends
                ):
                    content = bytes(before.content) + bytes(frame.content)
                    frames[-1] = spdy.Data(frame.stream, memoryview(content), frame.ends)
                else:
                    frames.append(frame)
    except SpdyError as wrong:
        error = str(wrong)
    return [told(frame) for frame in frames], error


def told(frame: spdy.Frame) -> str:
    match frame:
        case spdy.Data(stream, content, ends):
            words = [
                f"Data {stream}",
                bytes(content).decode(errors="replace"),
                "ends" if ends else "",
            ]
        case spdy.Opened(stream, headers, ends) | spdy.Replied(stream, headers, ends):
            pairs = [
                f"{name.decode(errors='replace')}={value.decode(errors='replace')}"
                for name, value in headers
            ]
            words = [f"{type(frame).__name__} {stream}", *pairs, "ends" if ends else ""]
        case spdy.Reset(stream, status):
            words = [f"Reset {stream} {status}"]
        case spdy.Ping(number):
            words = [f"Ping {number}"]
        case spdy.GoneAway(stream, status):
            words = [f"GoneAway {stream} {status}"]
    return " ".join(word for word in words if word)


def text(content: bytes) -> str:
    return content.decode(errors="replace")


@pytest.mark.parametrize("path", playbook.paths("spdy"), ids=lambda path: path.stem)
def test_a_conversation_is_understood_however_it_is_cut(path: Path) -> None:
    conversation = playbook.read(path)
    peer = SpdyPeer()
    content = b"".join(peer.frame(line) for line in conversation.sent)
    for pieces in playbook.pieces_of(content):
        lines, error = understood(pieces)
        assert lines == conversation.understood
        assert error.startswith(conversation.error)
        assert bool(error) == bool(conversation.error)


@pytest.mark.parametrize("path", playbook.paths("spdy"), ids=lambda path: path.stem)
def test_the_beginning_of_a_frame_behind_it_changes_nothing(path: Path) -> None:
    conversation = playbook.read(path)
    peer = SpdyPeer()
    content = b"".join(peer.frame(line) for line in conversation.sent)
    for trailing in ("80", "00000005 000001", "80030006 00000004 00"):
        lines, _ = understood([content + bytes.fromhex(trailing)])
        assert lines == conversation.understood


@given(st.lists(st.binary(max_size=40), max_size=8))
@example([b"\x80\x03\x00\x02\x00\x00\x00\x04\x00\x00\x00\x01"])
@example([b"\x80\x03\x00\x01\x00\x00\x00\x0a" + bytes(10)])
def test_no_bytes_raise_anything_else(pieces: list[bytes]) -> None:
    understood(pieces)  # anything but SpdyError would come out


@given(st.integers(0, 12), st.integers(0, 255), st.binary(max_size=60), st.binary(max_size=20))
def test_no_control_frame_raises_anything_else(
    kind: int, flags: int, payload: bytes, rest: bytes
) -> None:
    head = struct.pack("!HHI", 0x8003, kind, flags << 24 | len(payload))
    understood([head + payload + rest])


@given(st.binary(max_size=200))
def test_no_header_block_raises_anything_else(block: bytes) -> None:
    packer = zlib.compressobj(zdict=DICTIONARY)
    packed = packer.compress(block) + packer.flush(zlib.Z_SYNC_FLUSH)
    with contextlib.suppress(SpdyError):
        Unpacker().unpack(packed)


NAMES = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=200)), max_size=5)


@given(st.lists(NAMES, max_size=5))
def test_headers_that_are_packed_can_be_unpacked_one_after_the_other(
    blocks: list[list[tuple[bytes, bytes]]],
) -> None:
    packer, unpacker = Packer(), Unpacker()
    for block in blocks:
        assert unpacker.unpack(packer.pack(block)) == tuple(block)


def test_a_header_block_does_not_grow_without_end() -> None:
    packer = zlib.compressobj(zdict=DICTIONARY)
    bomb = packer.compress(bytes(LONGEST_BLOCK * 100)) + packer.flush(zlib.Z_SYNC_FLUSH)
    with pytest.raises(SpdyError, match="more than"):
        Unpacker().unpack(bomb)


def test_the_dictionary_is_the_one_of_the_draft() -> None:
    assert len(DICTIONARY) == 1423
    assert zlib.adler32(DICTIONARY) == 0xE3C6A7C2  # as every SPDY/3 peer announces it


def test_what_is_sent_is_what_the_draft_says() -> None:
    session = Spdy()
    syn = session.syn_stream(1, [(b"port", b"80")])
    assert syn[:4] == b"\x80\x03\x00\x01"
    assert int.from_bytes(syn[4:8], "big") == len(syn) - 8  # no flags
    assert syn[8:18] == b"\x00\x00\x00\x01" + bytes(6)  # stream 1, of none, priority 0
    block = zlib.decompressobj(zdict=DICTIONARY).decompress(syn[18:])
    assert block == b"\x00\x00\x00\x01\x00\x00\x00\x04port\x00\x00\x00\x0280"
    assert spdy.data_head(3, 5) == bytes.fromhex("00000003 00000005")
    assert spdy.data_head(3, 0, ends=True) == bytes.fromhex("00000003 01000000")
    assert spdy.rst_stream(3, ResetStatus.CANCEL) == bytes.fromhex(
        "80030003 00000008 00000003 00000005"
    )
    assert spdy.ping(7) == bytes.fromhex("80030006 00000004 00000007")
    assert spdy.goaway(0) == bytes.fromhex("80030007 00000008 00000000 00000000")
