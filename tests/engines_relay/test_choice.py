"""Which endpoint a connection gets."""

from collections import Counter

from portico.engines.relay.choice import TRIES, any_of, for_client
from portico.engines.relay.original import Place

FOUR = [Place(f"10.2.0.{number}", 80) for number in (11, 12, 13, 14)]
CLIENTS = [f"192.0.2.{number}" for number in range(200)]


def first_choices(endpoints, avoided=()):
    return {client: for_client(client, endpoints, avoided)[0] for client in CLIENTS}


def test_at_random_everybody_gets_a_share():
    shares = Counter(any_of(FOUR, ())[0] for _ in range(4000))
    assert set(shares) == set(FOUR)
    assert min(shares.values()) > 800


def test_no_endpoint_is_tried_twice_and_not_all_of_many():
    for tried in (any_of(FOUR, ()), for_client("192.0.2.1", FOUR, ())):
        assert len(tried) == len(set(tried)) == TRIES
    assert any_of(FOUR[:1], ()) == for_client("192.0.2.1", FOUR[:1], ()) == FOUR[:1]
    assert any_of([], ()) == for_client("192.0.2.1", [], ()) == []


def test_whoever_failed_comes_last():
    failed = FOUR[:3]
    assert any_of(FOUR, failed) == FOUR[3:]
    assert set(first_choices(FOUR, failed).values()) == set(FOUR[3:])


def test_if_all_failed_all_are_tried():
    assert set(any_of(FOUR[:2], FOUR)) == set(FOUR[:2])
    assert set(for_client("192.0.2.1", FOUR[:2], FOUR)) == set(FOUR[:2])


def test_a_client_keeps_its_endpoint():
    assert first_choices(FOUR) == first_choices(list(reversed(FOUR)))
    shares = Counter(first_choices(FOUR).values())
    assert min(shares[each] for each in FOUR) > 25


def test_only_clients_of_an_endpoint_that_left_are_moved():
    before, after = first_choices(FOUR), first_choices(FOUR[:3])
    assert all(after[client] == was for client, was in before.items() if was in FOUR[:3])


def test_a_new_endpoint_takes_its_share_and_moves_nobody_else():
    before, after = first_choices(FOUR[:3]), first_choices(FOUR)
    moved = {client for client in CLIENTS if before[client] != after[client]}
    assert {after[client] for client in moved} == {FOUR[3]}
    assert 25 < len(moved) < 80
