"""Ejection: who is left out, for how long, and how it comes back. Times are like real ones."""

import pytest

from support.luajit import play

T = 1_800_000_000.0
"""A moment such as ngx.now() tells."""


def told(story):
    answers = play("health", [step for step, _ in story])
    return [
        (step, answer, expected)
        for (step, expected), answer in zip(story, answers, strict=True)
        if answer != expected
    ]


FAIL, ALLOWS, OUT, QUIET = "failed", "allows", "ejected", "is_quiet"

STORIES = {
    "one failure is forgiven": [
        ((FAIL, "a", T),               None),
        ((ALLOWS, "a", T + 1, 0.99),   True),
        ((OUT, T + 1),                 0),
    ],
    "two failures eject, and only whom they concern": [
        ((FAIL, "a", T),               None),
        ((ALLOWS, "a", T + 1, 0.99),   True),     # asked in between, as every request does
        ((FAIL, "a", T + 2),           None),
        ((ALLOWS, "a", T + 2, 0.0),    False),
        ((ALLOWS, "a", T + 6.9, 0.0),  False),    # five seconds the first time
        ((ALLOWS, "b", T + 2, 0.99),   True),
        ((OUT, T + 2),                 1),
    ],
    "failures far apart do not add up": [
        ((FAIL, "a", T),               None),
        ((FAIL, "a", T + 11),          None),
        ((ALLOWS, "a", T + 11, 0.99),  True),
        ((FAIL, "a", T + 12),          None),
        ((ALLOWS, "a", T + 12, 0.0),   False),
    ],
    "the return is gradual": [
        ((FAIL, "a", T),               None),
        ((FAIL, "a", T),               None),
        ((ALLOWS, "a", T + 5, 0.0),    False),    # out for 5: share 0 now,
        ((ALLOWS, "a", T + 6, 0.19),   True),     # a fifth a second later,
        ((ALLOWS, "a", T + 6, 0.21),   False),
        ((ALLOWS, "a", T + 9, 0.79),   True),
        ((ALLOWS, "a", T + 9, 0.81),   False),
        ((ALLOWS, "a", T + 10, 0.999), True),     # and all of it after as long as it was out
        ((OUT, T + 6),                 0),
    ],
    "each ejection lasts twice as long, up to a minute": [
        *[((FAIL, "a", T), None)] * 2,
        ((ALLOWS, "a", T + 4.9, 0.0),  False),
        *[((FAIL, "a", T + 10), None)] * 2,
        ((ALLOWS, "a", T + 19.9, 0.0), False),
        ((ALLOWS, "a", T + 20.1, 0.0), True),
        *[((FAIL, "a", T + 21), None)] * 2,       # 20 seconds
        ((ALLOWS, "a", T + 40.9, 0.0), False),
        *[((FAIL, "a", T + 42), None)] * 2,       # 40
        ((ALLOWS, "a", T + 81.9, 0.0), False),
        *[((FAIL, "a", T + 83), None)] * 2,       # 60, not 80
        ((ALLOWS, "a", T + 142.9, 0.0), False),
        ((ALLOWS, "a", T + 143.1, 0.0), True),
    ],
    "a failure while out changes nothing": [
        *[((FAIL, "a", T), None)] * 2,
        *[((FAIL, "a", T + 3), None)] * 5,        # tried as the last resort
        ((ALLOWS, "a", T + 10, 0.999), True),
    ],
    "what is long ago is forgotten": [
        *[((FAIL, "a", T), None)] * 2,
        ((ALLOWS, "a", T + 40, 0.999), True),
        ((QUIET, T + 40),              True),
        *[((FAIL, "a", T + 41), None)] * 2,
        ((ALLOWS, "a", T + 46.1, 0.0), True),     # five seconds again, not ten
    ],
    "one failure is forgotten too": [
        ((QUIET, T),                   True),
        ((FAIL, "a", T),               None),
        ((QUIET, T),                   False),
        ((ALLOWS, "a", T + 40, 0.999), True),
        ((QUIET, T + 40),              True),
    ],
    "an endpoint that was removed is forgotten, though nobody asks for it": [
        *[((FAIL, "a", T), None)] * 2,
        ((FAIL, "b", T + 15),          None),
        ((QUIET, T + 16),              False),
        ((QUIET, T + 31),              False),    # a is forgotten, b is not
        ((OUT, T + 31),                0),
        ((QUIET, T + 45),              True),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_story(name):
    assert told(STORIES[name]) == []


def test_without_a_chance_given_it_is_drawn():
    story = [("failed", "a", T)] * 2 + [("chance", 0.1, 0.9)] + [("allows", "a", T + 7.5)] * 2
    assert play("health", story)[-2:] == [True, False]
