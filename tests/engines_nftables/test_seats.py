"""Who sits where: a change moves only what it must."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.engines.nftables.seats import Seat, hash_slots, rendezvous, seated

A, B, C, D = (Seat(f"10.2.0.{number}", 8080) for number in range(1, 5))
seats = st.lists(st.builds(Seat, st.sampled_from("abcdefgh"), st.just(80)), unique=True)


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ((), (A, B), (A, B)),
        ((A, B), (B, A), (A, B)),  # the order of the plan does not matter
        ((A, B, C), (A, C), (A, C)),  # the last fills the hole
        ((A, B, C), (B, C), (C, B)),
        ((A, B), (A, C, B), (A, B, C)),  # who is new comes last
        ((A, B, C), (D, B, C), (D, B, C)),  # one for another
        ((A, None, C), (C, B), (C, B)),  # a hole, as somebody's edit may leave it
        ((A, A), (A, B), (A, B)),
    ],
)
def test_who_can_keep_a_seat_keeps_it(before, wanted, after):
    assert seated(before, wanted) == after


@given(before=seats, wanted=seats)
def test_no_more_is_moved_than_left_and_came(before, wanted):
    after = seated(before, wanted)
    assert sorted(after) == sorted(wanted)
    moved = sum(old != new for old, new in zip(before, after, strict=False))
    assert moved <= len(set(before[: len(after)]) - set(wanted))


def test_a_source_hash_moves_only_the_slots_of_who_left():
    before, after = rendezvous([A, B, C, D]), rendezvous([D, A, C])
    assert all(new == old for old, new in zip(before, after, strict=True) if old != B)


def test_a_source_hash_does_not_depend_on_the_order():
    assert rendezvous([A, B, C]) == rendezvous([C, A, B])


@pytest.mark.parametrize("many", [2, 5, 30, 200])
def test_a_source_hash_spreads(many):
    """Within four standard deviations of an even share."""
    slots = Counter(rendezvous([Seat(f"10.2.0.{number}", 80) for number in range(many)]))
    share = hash_slots(many) / many
    assert len(slots) == many
    assert all(abs(count - share) < 4 * share**0.5 for count in slots.values())
