"""When an address is announced."""

from portico.engines.arp.bursts import Bursts

A, B = b"a", b"b"


def times(bursts, until, most=100):
    told = []
    now = 0.0
    while (deadline := bursts.next_deadline()) is not None and deadline <= until:
        now = max(now, deadline)
        told += [(round(now, 3), address) for address in bursts.due(now, most)]
    return told


def test_at_once_soon_for_five_seconds_and_each_minute():
    bursts = Bursts(refresh=60.0)
    bursts.begin(A, 0.0)
    assert times(bursts, 130.0) == [
        (at, A) for at in (0.0, 0.1, 1.1, 2.2, 3.3, 4.4, 64.4, 124.4)
    ]  # fmt: skip


def test_never_again_where_nobody_wants_it():
    bursts = Bursts(refresh=0.0)
    bursts.begin(A, 0.0)
    assert [at for at, _ in times(bursts, 1000.0)] == [0.0, 0.1, 1.1, 2.2, 3.3, 4.4]


def test_what_is_over_is_not_announced_and_what_begins_again_begins_at_once():
    bursts = Bursts(refresh=60.0)
    bursts.begin(A, 0.0)
    bursts.begin(B, 0.0)
    assert set(bursts.due(0.0, 9)) == {A, B}
    bursts.end(A)
    assert list(bursts.due(0.1, 9)) == [B]
    bursts.begin(B, 0.5)
    assert list(bursts.due(0.5, 9)) == [B]
    assert list(bursts.due(0.6, 9)) == [B]
    assert list(bursts.due(1.1, 9)) == [], "the burst before is forgotten"


def test_many_at_once_take_turns():
    bursts = Bursts(refresh=0.0)
    for number in range(10):
        bursts.begin(bytes((number,)), 0.0)
    assert [len(list(bursts.due(0.0, 4))) for _ in range(4)] == [4, 4, 2, 0]
