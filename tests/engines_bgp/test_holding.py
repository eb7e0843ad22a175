"""When BFD has a say over a session, and for how long."""

import pytest

from portico.engines.bgp.bfd.talk import Turn
from portico.engines.bgp.speaker.holding import PATIENCE, Holding

ROUTER = "192.0.2.254"


def turn(old, new, *, by_admin=False):
    return Turn(ROUTER, old, new, 1, by_admin)


@pytest.mark.parametrize(
    ("what", "turns", "is_held"),
    [
        ("never up",               [turn("down", "init"), turn("init", "down")],       False),
        ("up",                     [turn("init", "up")],                               False),
        ("up, then dead",          [turn("init", "up"), turn("up", "down")],           True),
        ("dead, then nearly back", [turn("up", "down"), turn("down", "init")],         True),
        ("dead, then back",        [turn("up", "down"), turn("init", "up")],           False),
        ("stopped by people",      [turn("up", "down", by_admin=True)],                False),
        ("we stop",                [turn("up", "admin-down", by_admin=True)],          False),
    ],
)  # fmt: skip
def test_only_a_path_that_died_holds(what, turns, is_held):
    holding = Holding()
    for each in turns:
        holding.turn(each, 100.0)
    assert (ROUTER in holding.held) == is_held, what


def test_not_for_ever():
    holding = Holding()
    assert holding.turn(turn("up", "down"), 100.0)
    assert not holding.keep({ROUTER}, 100.0 + PATIENCE - 1)
    assert holding.held == {ROUTER}
    assert holding.keep({ROUTER}, 100.0 + PATIENCE)
    assert holding.held == frozenset()


def test_who_is_not_watched_any_more_is_not_held():
    holding = Holding()
    holding.turn(turn("up", "down"), 100.0)
    assert holding.keep(set(), 100.0)
    assert holding.held == frozenset()
