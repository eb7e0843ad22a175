"""A table on terminals of all sizes."""

import pytest

from portico.cli.forward.layout import fitted, height

ROWS = [
    ("TARGET",     "POD",   "LOCAL", "CONN", "SENT", "RECEIVED", "RATE",    "STATE"),
    ("svc/web",    "web-0", "18081", "1",    "79 B", "190 B",    "269 B/s", "connected"),
    ("deploy/api", "-",     "18082", "0",    "0 B",  "0 B",      "0 B/s",   "waiting; no pod"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "head"),
    [
        (200, "TARGET POD LOCAL CONN SENT RECEIVED RATE STATE"),
        (67,  "TARGET POD LOCAL CONN SENT RECEIVED RATE STATE"),  # all but the state: 57
        (66,  "TARGET POD LOCAL CONN SENT RECEIVED STATE"),
        (58,  "TARGET POD LOCAL CONN SENT RECEIVED STATE"),
        (57,  "TARGET POD LOCAL CONN SENT STATE"),
        (48,  "TARGET POD LOCAL CONN SENT STATE"),
        (47,  "TARGET POD LOCAL CONN STATE"),
        (41,  "TARGET POD LOCAL STATE"),
        (40,  "TARGET POD LOCAL STATE"),
        (10,  "TARGET"),
    ],
)  # fmt: skip
def test_what_is_left_out_for_the_state_to_be_seen(width, head):
    lines = fitted(ROWS, width)
    assert lines[0].split() == head.split()
    assert all(len(line) <= width for line in lines)
    if width >= 40:
        assert lines[1].endswith("connected")
        assert "waiting" in lines[2]


def test_columns_stand_below_their_heads():
    lines = fitted(ROWS, 40)
    words = zip(lines, ("POD", "web-0", "-  "), strict=True)
    assert [line.index(word) for line, word in words] == [12, 12, 12]


@pytest.mark.parametrize(
    ("lengths", "width", "rows"),
    [
        ((100, 80, 0), 100, 3),
        ((100, 80, 0), 99,  4),
        ((100, 80, 0), 40,  6),  # 3, 2 and an empty one
        ((),           80,  0),
    ],
)  # fmt: skip
def test_rows_of_a_terminal_that_has_become_narrow(lengths, width, rows):
    assert height(["x" * length for length in lengths], width) == rows
