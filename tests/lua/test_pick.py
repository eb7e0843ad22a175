"""Which endpoint gets the request."""

from collections import Counter

import pytest

from support.luajit import play

T = 1_800_000_000.0


def picked(*steps):
    return play("pick", list(steps))


def test_in_turn_every_endpoint_gets_the_same():
    got = Counter(picked(*(("in_turn", "abc", turn, T, None) for turn in range(300))))
    assert got == {"a": 100, "b": 100, "c": 100}


def test_in_turn_is_the_order_of_the_endpoints():
    assert "".join(picked(*(("in_turn", "abc", turn, T, None) for turn in range(7)))) == "abcabca"


@pytest.mark.parametrize(("turn", "tried", "gets"), [
    (0, "",    "a"),
    (0, "a",   "b"),
    (1, "bc",  "a"),
    (2, "ca",  "b"),
    (1, "abc", "b"),       # all tried: the turn's own, a suspect endpoint is better than none
])  # fmt: skip
def test_a_retry_goes_to_an_endpoint_that_was_not_tried(turn, tried, gets):
    assert picked(("in_turn", "abc", turn, T, tried)) == [gets]


EJECT_A = [("failed", "a", T)] * 2
EJECT_ALL = [("failed", name, T) for name in "abc" for _ in range(2)]


@pytest.mark.parametrize(("turn", "tried", "gets"), [
    (0, None, "b"),
    (1, None, "b"),
    (2, None, "c"),
    (0, "b",  "c"),
    (0, "bc", "a"),        # ejected, but the only one not tried
])  # fmt: skip
def test_an_ejected_endpoint_is_passed_over(turn, tried, gets):
    assert picked(*EJECT_A, ("in_turn", "abc", turn, T + 1, tried))[-1] == gets


@pytest.mark.parametrize(("turn", "gets"), [(0, "a"), (1, "b"), (5, "c")])
def test_where_all_are_ejected_the_turn_goes_on(turn, gets):
    assert picked(*EJECT_ALL, ("in_turn", "abc", turn, T + 1, None))[-1] == gets


def test_peak_ewma_remembers_the_worst_and_lets_it_fade():
    answers = picked(
        ("observe", "a", 0.1, T), ("score", "a", T),
        ("observe", "a", 0.9, T + 1), ("score", "a", T + 1),      # a peak counts at once
        ("observe", "a", 0.1, T + 2), ("score", "a", T + 2),      # and fades slowly
        ("score", "a", T + 12), ("score", "b", T),
    )  # fmt: skip
    first, peak, faded, later, unknown = (answers[n] for n in (1, 3, 5, 6, 7))
    assert first == pytest.approx(0.1)
    assert peak == pytest.approx(0.9)
    # One second of ten: 0.9 weighs e^-0.1, the new one the rest.
    assert faded == pytest.approx(0.9 * 0.904837 + 0.1 * 0.095163, rel=1e-4)
    assert later == pytest.approx(faded * 0.367879, rel=1e-4)
    assert unknown is None


OBSERVED = [("observe", name, seconds, T) for name, seconds in (("a", 0.5), ("b", 0.1), ("c", 0.9))]


@pytest.mark.parametrize(("drawn", "gets"), [
    ((0, 1), "b"),
    ((1, 0), "b"),
    ((2, 0), "a"),
    ((2, 1), "b"),
    ((0, 0, 1), "b"),      # drawn twice: one more is drawn
    ((2, 2, 2), "a"),      # drawn three times: the next in turn
])  # fmt: skip
def test_the_quicker_of_two_gets_the_request(drawn, gets):
    assert picked(*OBSERVED, ("chance", *drawn), ("quicker", "abc", T, None))[-1] == gets


@pytest.mark.parametrize(("drawn", "tried", "gets"), [
    ((0, 1), "b",  "a"),
    ((1, 1, 2), "b",  "a"),
    ((1, 0, 0), "ab", "c"),
    ((1, 1, 1), "abc", "b"),   # all tried
])  # fmt: skip
def test_the_quicker_avoids_what_was_tried(drawn, tried, gets):
    assert picked(*OBSERVED, ("chance", *drawn), ("quicker", "abc", T, tried))[-1] == gets


def test_an_endpoint_that_nobody_knows_is_tried():
    known = ("observe", "a", 0.001, T)
    assert picked(known, ("chance", 0, 1), ("quicker", "ab", T, None))[-1] == "b"
    assert picked(known, ("chance", 1, 0), ("quicker", "ab", T, None))[-1] == "b"


def test_an_only_endpoint_needs_no_second_draw():
    assert picked(("chance", 0), ("quicker", "a", T, None))[-1] == "a"


def test_an_ejected_endpoint_is_not_the_quicker_one():
    steps = [*OBSERVED, ("failed", "b", T), ("failed", "b", T), ("chance", 1, 1, 0)]
    assert picked(*steps, ("quicker", "abc", T + 1, None))[-1] == "a"


def test_endpoints_long_unseen_are_forgotten_when_there_are_many():
    seen = [("most", 2), ("observe", "a", 0.1, T), ("observe", "b", 0.1, T + 50)]
    later = [("observe", "c", 0.1, T + 70), ("count",), ("score", "a", T + 70)]
    assert picked(*seen, *later)[-2:] == [2, None]
