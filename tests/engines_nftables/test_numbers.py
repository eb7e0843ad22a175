"""Numbers are small, kept, and used again; those that clients are remembered with are not."""

from engines_nftables.units import key_of, pool
from portico.engines.nftables.numbers import POOL, Known, Numbers, Range


def test_the_smallest_free_number_is_given():
    numbers = Range(POOL, {})
    assert [numbers.of(name) - POOL for name in ("a", "b", "c", "a")] == [1, 2, 3, 1]
    numbers.let_go("b")
    numbers.let_go("nobody")
    assert [numbers.of(name) - POOL for name in ("d", "e")] == [2, 4]


def test_known_numbers_are_gone_on_with():
    numbers = Range(POOL, {"a": POOL + 3})
    assert [numbers.of(name) - POOL for name in ("a", "b", "c", "d")] == [3, 1, 2, 4]


def test_numbers_that_clients_are_remembered_with_are_never_given_twice():
    """A client that comes back after its endpoint went must not meet a stranger."""
    numbers = Numbers()
    key = key_of("web")
    numbers.take_in(pool("web", ["10.2.0.1", "10.2.0.2"], affinity=9))
    before = dict(numbers.stuck(key))
    numbers.take_in(pool("web", ["10.2.0.2", "10.2.0.3"], affinity=9))
    after = dict(numbers.stuck(key))
    stays = {seat: number for seat, number in before.items() if seat in after}
    assert len(stays) == 1
    assert stays.items() <= after.items()
    assert max(after.values()) > max(before.values())
    numbers.forget(key)
    numbers.take_in(pool("web", ["10.2.0.1"], affinity=9))
    assert min(numbers.stuck(key).values()) > max(after.values())


def test_after_a_restart_they_go_on_where_the_kernel_remembers():
    numbers = Numbers(Known({}, {}, {}, {}, {}, last_stuck=41))
    numbers.take_in(pool("web", ["10.2.0.1"], affinity=9))
    assert list(numbers.stuck(key_of("web")).values()) == [42]
