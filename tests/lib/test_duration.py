"""Durations, as Go reads them."""

import pytest

from portico.lib.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1m0s",    60.0),
        ("90s",     90.0),
        ("1.5h",    5400.0),
        ("300ms",   0.3),
        ("1h2m3s",  3723.0),
        (".5s",     0.5),
        ("2.s",     2.0),
        ("0",       0.0),
        ("-5s",     -5.0),
        ("+5s",     5.0),
        ("100us",   1e-4),
        ("100µs",   1e-4),
        ("1ns",     1e-9),
    ],
)  # fmt: skip
def test_seconds(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("",      'time: invalid duration ""'),
        ("10",    'time: missing unit in duration "10"'),
        ("1.5",   'time: missing unit in duration "1.5"'),
        ("1d",    'time: invalid duration "1d"'),
        ("s",     'time: invalid duration "s"'),
        ("1m 2s", 'time: invalid duration "1m 2s"'),
        ("٣s",    'time: invalid duration "٣s"'),
    ],
)  # fmt: skip
def test_texts_that_are_none(text, said):
    with pytest.raises(ValueError, match="time: ") as raised:
        parse_duration(text)
    assert str(raised.value) == said
