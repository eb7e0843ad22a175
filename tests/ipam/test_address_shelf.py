"""The order in which the addresses of one pool are given away."""

from hypothesis import given
from hypothesis import strategies as st

from ipam.estate import pool
from portico.ipam.address_shelf import Shelf, comes_first
from portico.model.address_range import number_of, text_of
from portico.plan.transport import Family

RANGES = ("192.0.2.254-192.0.3.1", "192.0.2.1-192.0.2.2", "2001:db8::/126", "198.51.100.0/31")


def walked(avoids: bool, taken: set[int], family: Family) -> list[int]:
    """All that is free, range by range: how one would do it without a shelf."""
    found = [
        number
        for each in pool("a", *RANGES).ranges
        if each.is_v6 == (family is Family.IPV6)
        for number in range(each.first, each.last + 1)
    ]
    is_left_out = [avoids and number < 1 << 32 and number & 255 in (0, 255) for number in found]
    pairs = zip(found, is_left_out, strict=True)
    return [number for number, out in pairs if not out and number not in taken]


@given(
    st.booleans(),
    st.sampled_from(Family),
    st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=40),
)
def test_the_next_one_is_the_first_that_is_free(
    avoids: bool,
    family: Family,
    steps: list[int | None],
) -> None:
    """None takes the next one; a number gives back one that is taken, or takes a certain one."""
    taken: set[int] = set()
    shelf = Shelf(pool("a", *RANGES, avoids_buggy=avoids), family, taken.__contains__)
    every = walked(avoids, set(), family)
    for step in steps:
        found = shelf.first_free()
        assert found == next(iter(walked(avoids, taken, family)), None)
        if step is None:
            if found is not None:
                taken.add(found)
        else:
            number = every[step % len(every)]
            if number in taken:
                taken.remove(number)
                shelf.give_back(number)
            else:
                taken.add(number)


def test_whether_there_is_any_address_of_a_family() -> None:
    only_v4 = pool("a", "192.0.2.0/31")
    assert Shelf(only_v4, Family.IPV4, set().__contains__)
    assert not Shelf(only_v4, Family.IPV6, set().__contains__)
    assert Shelf(only_v4, Family.IPV6, set().__contains__).first_free() is None


def test_of_two_the_one_that_would_come_first() -> None:
    shelf = Shelf(pool("a", *RANGES), Family.IPV4, set().__contains__)
    early, late = number_of("192.0.3.1"), number_of("192.0.2.1")  # by range, not by number
    assert comes_first(early, late, shelf) == comes_first(late, early, shelf) == early
    assert comes_first(None, late, shelf) == late
    assert comes_first(None, None, shelf) is None
    assert text_of(shelf.place(early or 0)[1]) == "192.0.3.1"
