"""Where the frames of a WebSocket end, however their bytes come in pieces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.luajit import play
from support.websockets import BINARY, CLOSE, MASK, PING, TEXT, close, frame

FRAMES = st.builds(
    frame,
    st.sampled_from([TEXT, BINARY, PING, CLOSE, 0, 0x41]),
    st.sampled_from([0, 1, 2, 125, 126, 127, 300, 65535, 65536, 70_000]).map(bytes),
    mask=st.sampled_from([b"", MASK]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(FRAMES, min_size=1, max_size=4), st.data())
def test_it_knows_at_any_byte(frames, data):
    """Whether the stream is between two frames, how much is missing, and whether it is closing."""
    stream = b"".join(frames)
    ends, begins, at = set(), {}, 0
    for each in frames:
        begins[at] = each
        at += len(each)
        ends.add(at)
    near = {end + step for end in {0, *ends} for step in range(-12, 13)}
    places = st.one_of(st.integers(1, len(stream)), st.sampled_from(sorted(near)))
    cuts = sorted({cut for cut in data.draw(st.lists(places)) if 0 < cut < len(stream)})
    pieces = [stream[one:two] for one, two in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    told = play("websocket", [(step, p.hex()) for p in pieces for step in ("rest", "follow")])
    at = 0
    for piece, (rest, (is_between, is_closing)) in zip(
        pieces, zip(told[::2], told[1::2], strict=True), strict=True
    ):
        if at in {0, *ends}:
            assert rest == 0
        else:
            end = min(end for end in ends if end > at)
            assert rest == (end - at if end - at <= len(piece) else None)
        at += len(piece)
        assert is_between == (at in ends)
        # A header tells what it is once its length is there; at the latest when the frame ends.
        seen = {begin: each for begin, each in begins.items() if begin + len(each) <= at}
        begun = {begin: each for begin, each in begins.items() if begin < at}
        assert is_closing >= any(each[0] & 0xF == 8 for each in seen.values())
        assert is_closing <= any(each[0] & 0xF == 8 for each in begun.values())


@pytest.mark.parametrize("mask", [b"", MASK])
def test_a_close_frame(mask):
    [told] = play("websocket", [("close", 1001, mask.hex() or None)])
    assert bytes.fromhex(told) == close(1001, mask=mask)


def test_lengths_without_end_are_only_counted():
    huge = bytes([BINARY, 127]) + (1 << 62).to_bytes(8) + b"x"
    assert play("websocket", [("follow", huge.hex()), ("rest", "00")]) == [[False, False], None]
