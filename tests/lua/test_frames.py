"""Frames: what was committed is applied, and nothing else, wherever a text ends."""

import pytest

from portico.engines.nginx import frames
from portico.engines.nginx.snapshot import replay
from support.luajit import replayed

# Keys and values that look like frames, or hold what a line-wise reader would trip over.
COMMITS = [
    (1, True,  [(b"h:shop.example", b'{"p":{}}'), (b"b:shop/cart/80", b'{"e":[]}')]),
    (2, False, [(b"h:a:b\nset 3 3\n", b"end 9 1\n"), (b"h:\0", b"\0\0\n")]),
    (3, False, [(b"b:shop/cart/80", None)]),
    (4, False, [(b"h:", b""), (b"c:\xff\xfe", b"set 1 1\n" * 3)]),
    (5, False, [(b"h:a:b\nset 3 3\n", None), (b"h:", b"x")]),
]  # fmt: skip


def frame(key, value):
    return frames.delete(key) if value is None else frames.put(key, value)


def commit_text(version, whole, changes):
    return b"".join(frame(*change) for change in changes) + frames.commit(version, whole=whole)


TEXT = b"".join(commit_text(*commit) for commit in COMMITS)


def committed_by(size):
    """What the commits that end within the first `size` bytes say, worked out another way."""
    version, applied, entries, end = 0, [], {}, 0
    for number, whole, changes in COMMITS:
        end += len(commit_text(number, whole, changes))
        if end > size:
            break
        version = number
        for key, value in changes:
            applied.append(("del" if value is None else "set", key, value or b""))
            entries.pop(key, None) if value is None else entries.update({key: value})
    return version, applied, entries


def test_a_text_cut_anywhere_never_applies_half_a_commit():
    sizes = range(len(TEXT) + 1)
    for size, found in zip(sizes, replayed(TEXT[:size] for size in sizes), strict=True):
        version, applied, entries = committed_by(size)
        assert found == (version, applied), size
        assert replay(TEXT[:size]) == (version, entries, end_of(size)), size


def end_of(size):
    """Where the last whole commit ends."""
    ends = [0]
    for commit in COMMITS:
        ends.append(ends[-1] + len(commit_text(*commit)))
    return max(end for end in ends if end <= size)


@pytest.mark.parametrize("tail", [
    b"\n",                              # an empty line is no frame
    b"nonsense\n",
    b"set 1\n",
    b"set 1 1 1\n",
    b"set -1 1\n",
    b"SET 1 1\nab",
    b"set 1 x\nab",
    b"put 1 1\nab",                     # a verb nobody knows
    b"set 99999999999999 1\n",
    b"end 6\n",
    b"set " + b"9" * 5000 + b" 1\n",
    b"\0" * 64,                         # what a file system leaves after a power cut
])  # fmt: skip
def test_what_is_no_frame_ends_the_text(tail):
    after = frames.put(b"h:late", b"{}") + frames.commit(9, whole=False)
    [found] = replayed([TEXT + tail + after])
    version, applied, entries = committed_by(len(TEXT))
    assert found == (version, applied)
    assert replay(TEXT + tail + after) == (version, entries, len(TEXT))
