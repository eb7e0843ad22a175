"""How long to wait before trying again."""

from itertools import islice

from portico.lib.backoff import delays


def test_doubles_up_to_the_ceiling() -> None:
    assert list(islice(delays(1.0, 5.0), 5)) == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_starts_quickly_and_never_waits_longer_than_half_a_minute() -> None:
    waits = list(islice(delays(), 20))
    assert waits[0] == 0.1
    assert waits[-1] == 30.0
