"""What is written next, and when: stories told with a clock that stands still."""

import pytest

from portico.kube.api.told import Key
from portico.status.contest import Patience
from portico.status.publish import address_of
from portico.status.statuses import Failed, Seen, Statuses

SHOP, CART = Key("shop", "shop"), Key("shop", "cart")
OURS, THEIRS, NONE = (address_of("203.0.113.9"),), (address_of("198.51.100.1"),), ()
PATIENCE = Patience(pauses=(10.0, 60.0), forgets_after=1000.0, retry=1.0, longest_retry=3.0)


@pytest.fixture
def statuses():
    made = Statuses(PATIENCE)
    made.publish(OURS, 0.0)
    return made


def is_ours(statuses, key, version=1, addresses=NONE, uid="u"):
    statuses.own(key, 0.0, is_ours=True)
    statuses.saw(key, Seen(uid, version, addresses), 0.0)


def written(statuses, key, version, now=0.0):
    """One write, from the beginning to its end."""
    write = statuses.next(now)
    assert write
    assert write.key == key
    statuses.wrote(key, Seen(write.seen.uid, version, write.shown), now)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_all_three_must_be_known(order):
    statuses = Statuses(PATIENCE)
    steps = [
        lambda: statuses.own(SHOP, 0.0, is_ours=True),
        lambda: statuses.saw(SHOP, Seen("u", 1, NONE), 0.0),
        lambda: statuses.publish(OURS, 0.0),
    ]
    for step in order:
        assert statuses.next(0.0) is None
        assert statuses.wait(0.0) is None
        steps[step]()
    assert statuses.wait(0.0) == 0.0
    write = statuses.next(0.0)
    assert write == (SHOP, Seen("u", 1, NONE), OURS)
    assert statuses.next(0.0) is None  # it is under way


def test_what_is_so_is_left(statuses):
    is_ours(statuses, SHOP, addresses=OURS)
    assert statuses.next(0.0) is None
    assert statuses.left == 0


def test_the_own_write_coming_back_is_no_news(statuses):
    is_ours(statuses, SHOP)
    written(statuses, SHOP, 2)
    assert statuses.saw(SHOP, Seen("u", 2, OURS), 0.0) == (0, False)
    assert statuses.next(0.0) is None


def test_what_comes_during_a_write_is_written_afterwards(statuses):
    is_ours(statuses, SHOP)
    write = statuses.next(0.0)
    statuses.publish(THEIRS, 0.0)
    assert statuses.next(0.0) is None
    statuses.wrote(SHOP, Seen("u", 2, write.shown), 0.0)
    assert statuses.next(0.0) == (SHOP, Seen("u", 2, OURS), THEIRS)


def test_many_changes_before_a_write_are_one(statuses):
    is_ours(statuses, SHOP)
    statuses.publish(THEIRS, 0.0)
    statuses.publish(OURS, 0.0)
    statuses.saw(SHOP, Seen("u", 2, THEIRS), 0.0)
    written(statuses, SHOP, 3)
    assert statuses.next(0.0) is None


def test_nothing_is_left_of_a_wish_that_was_taken_back(statuses):
    is_ours(statuses, SHOP)
    is_ours(statuses, CART)
    statuses.own(SHOP, 0.0, is_ours=False)
    statuses.lost(CART)
    assert statuses.next(0.0) is None
    assert statuses.seen(CART) is None


def test_who_writes_over_us_gets_longer_and_longer_peace(statuses):
    is_ours(statuses, SHOP)
    version, now = 1, 0.0
    for times, pause in ((1, 10.0), (2, 60.0), (3, 60.0)):
        written(statuses, SHOP, version + 1, now)
        version += 2
        assert statuses.saw(SHOP, Seen("u", version, THEIRS), now).times_overwritten == times
        # The same again from the other side is not another time.
        version += 1
        assert statuses.saw(SHOP, Seen("u", version, THEIRS), now).times_overwritten == 0
        assert statuses.next(now) is None
        assert statuses.wait(now) == pause
        now += pause
    written(statuses, SHOP, version + 1, now)
    # After a long peace it begins anew.
    now += 1001.0
    assert statuses.saw(SHOP, Seen("u", version + 2, THEIRS), now).times_overwritten == 1


def test_others_do_not_wait_for_a_contest(statuses):
    is_ours(statuses, SHOP)
    written(statuses, SHOP, 2)
    statuses.saw(SHOP, Seen("u", 3, THEIRS), 0.0)
    is_ours(statuses, CART)
    written(statuses, CART, 4)
    assert statuses.left == 1


def test_conflicts_in_a_row_wait_longer(statuses):
    is_ours(statuses, SHOP)
    now = 0.0
    for version, pause in ((2, 1.0), (3, 2.0), (4, 3.0), (5, 3.0)):
        assert statuses.next(now)
        statuses.failed(SHOP, Failed.CONFLICT, now)
        statuses.found(SHOP, Seen("u", version, NONE), now)
        assert statuses.wait(now) == pause
        now += pause
    written(statuses, SHOP, 9, now)
    assert statuses.next(now) is None


def test_a_trouble_that_is_not_the_objects_costs_it_nothing(statuses):
    is_ours(statuses, SHOP)
    assert statuses.next(0.0)
    statuses.failed(SHOP, Failed.ELSEWHERE, 0.0)
    assert statuses.wait(0.0) == 0.0


def test_what_is_invalid_waits_for_long(statuses):
    is_ours(statuses, SHOP)
    assert statuses.next(0.0)
    statuses.failed(SHOP, Failed.INVALID, 0.0)
    assert statuses.wait(0.0) == PATIENCE.invalid


def test_old_news_is_doubted_and_what_the_server_answers_is_not(statuses):
    is_ours(statuses, SHOP, version=5)
    written(statuses, SHOP, 9)
    assert statuses.saw(SHOP, Seen("u", 7, NONE), 0.0).is_doubtful
    assert statuses.next(0.0) is None
    # A server with an older state is not somebody who writes over us.
    assert statuses.found(SHOP, Seen("u", 7, NONE), 0.0) == 0
    assert statuses.next(0.0) == (SHOP, Seen("u", 7, NONE), OURS)
    # While a write is under way, its own answer is the newer one.
    assert statuses.found(SHOP, Seen("u", 8, THEIRS), 0.0) == 0
    assert statuses.seen(SHOP) == Seen("u", 7, NONE)


def test_another_object_of_the_same_name_owes_nothing(statuses):
    is_ours(statuses, SHOP, version=5)
    written(statuses, SHOP, 9)
    assert not statuses.saw(SHOP, Seen("other", 3, NONE), 0.0).is_doubtful
    assert statuses.next(0.0) == (SHOP, Seen("other", 3, NONE), OURS)
    statuses.lost(SHOP)
    statuses.failed(SHOP, Failed.ELSEWHERE, 0.0)
    assert statuses.next(0.0) is None


def test_only_what_we_have_published_is_taken_back(statuses):
    is_ours(statuses, SHOP)
    written(statuses, SHOP, 2)
    is_ours(statuses, CART, addresses=THEIRS)
    statuses.saw(Key("shop", "not-ours"), Seen("u", 1, OURS), 0.0)
    assert [(write.key, write.shown) for write in statuses.to_clear(())] == [(SHOP, NONE)]
