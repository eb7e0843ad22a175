"""Segments among each other, without a network: stories, and whatever hypothesis thinks of."""

import contextlib
import random

from hypothesis import given
from hypothesis import strategies as st

from engines_arp.simulation import Simulation, table
from portico.engines.arp.election import draw
from portico.engines.arp.message import (
    Ask,
    Beat,
    Bye,
    Message,
    Offer,
    Release,
    Reply,
    Sender,
    Take,
)
from portico.engines.arp.peers import ReplayError

A, B = "192.0.2.100", "2001:db8::100"
ANYONE = {A: {}, B: {}}
HANDOVER = 0.02
"""Seconds for which two may answer at most, and that a planned move may take."""


def expected(address, *nodes):
    return draw(nodes, address)


def settled(count=3, plan=ANYONE, **options):
    world = Simulation(**options)
    for number in range(count):
        world.start(f"n{number}", table(plan))
    world.run(1.0)
    return world


def test_nobody_answers_before_it_has_listened():
    world = Simulation()
    world.start("n0", table(ANYONE))
    world.run(0.39)
    assert world.owners(A) == []
    world.run(0.02)
    assert world.owners(A) == ["n0"]


def test_each_address_has_the_owner_that_is_elected():
    world = settled()
    for address in ANYONE:
        assert world.owners(address) == [expected(address, "n0", "n1", "n2")]


def test_a_node_that_joins_takes_over_and_never_do_two_answer():
    """Nor nobody, for longer than a hand-over."""
    world = settled(count=2)
    gaps = []

    def watch():
        assert len(world.owners(A)) < 2
        gaps.append(not world.owners(A))

    for name in ("n2", "n3", "n4", "n5"):
        world.start(name, table(ANYONE))
        world.run(1.0, watch)
    assert world.owners(A) == [expected(A, *(f"n{number}" for number in range(6)))]
    assert sum(gaps) * 0.005 <= HANDOVER


def test_a_silent_death_is_noticed_in_time():
    world = settled()
    (owner,) = world.owners(A)
    world.kill(owner)
    world.run(0.35)
    assert len(world.owners(A)) == 1


def test_who_leaves_hands_over_first():
    world = settled()
    (owner,) = world.owners(A)
    world.segments[owner].leave(world.now)
    seen = []
    world.run(0.5, lambda: seen.append(world.owners(A)))
    assert max(map(len, seen)) == 1
    assert sum(not owners for owners in seen) * 0.005 <= HANDOVER
    assert not world.segments[owner].holds.held


def test_who_was_stopped_does_not_answer_when_it_wakes_up():
    world = settled()
    (owner,) = world.owners(A)
    world.stop(owner)
    world.run(1.0)
    (heir,) = world.owners(A)
    world.go_on(owner)
    assert world.owners(A) == [heir]
    world.run(1.0, lambda: len(world.owners(A)) < 2 or pytest_fail())
    assert world.owners(A) == [owner]


def pytest_fail():
    raise AssertionError("two answer")


def test_partition_and_healing():
    world = settled()
    (owner,) = world.owners(A)
    world.part(owner, 1)
    world.run(1.0)
    assert len(world.owners(A, side=0)) == len(world.owners(A, side=1)) == 1
    before = world.segments[owner].handover.takeovers
    world.part(owner, 0)
    both = []
    world.run(2.0, lambda: both.append(len(world.owners(A)) == 2))
    assert world.owners(A) == [owner]
    assert world.segments[owner].handover.takeovers == before, "it never let go of it"
    # Until the next beat of either is heard; then one exchange of messages.
    assert sum(both) * 0.005 <= 0.1 + HANDOVER


def test_two_plans_one_owner():
    """One node knows a newer plan than the others, and its Portico lives: it goes first."""
    world = settled()
    (owner,) = world.owners(A)
    other = next(name for name in world.segments if name != owner)
    for name in world.segments:
        world.segments[name].is_led = name == other
    world.run(0.5)
    world.tell(other, table({A: {other: 10}, B: {}}))
    seen = []
    world.run(1.0, lambda: seen.append(len(world.owners(A))))
    assert world.owners(A) == [other]
    assert max(seen) == 1
    # And when everybody knows it, nothing changes any more.
    for name in world.segments:
        world.tell(name, table({A: {other: 10}, B: {}}))
    world.run(1.0, lambda: seen.append(len(world.owners(A))))
    assert world.owners(A) == [other]
    assert max(seen) == 1


def of_machines(ours, theirs):
    """Two machines that have given other addresses to the same Services."""
    world = Simulation()
    world.start("n0", table({key: {} for key in ours}))
    world.run(1.0)
    world.start("n1", table({key: {} for key in theirs}))
    return world


MANY = [f"192.0.2.{number}" for number in range(1, 21)]


def test_an_address_that_only_one_machine_knows_is_answered_by_that_one_without_a_gap():
    """Also those for which the other one would be elected."""
    world = of_machines(MANY[:10], MANY[10:])
    assert {expected(address, "n0", "n1") for address in MANY[:10]} == {"n0", "n1"}
    world.run(5.0, lambda: all(world.owners(each) == ["n0"] for each in MANY[:10]) or pytest_fail())
    for address in MANY[10:]:
        assert world.owners(address) == ["n1"], address


def test_never_does_a_machine_answer_for_what_is_not_in_its_plan():
    world = of_machines(MANY[:12], MANY[8:])
    known = {"n0": set(MANY[:12]), "n1": set(MANY[8:])}

    def watch():
        for address in MANY:
            owners = world.owners(address)
            assert len(owners) < 2
            assert all(address in known[owner] for owner in owners)

    world.run(5.0, watch)
    assert all(world.owners(address) for address in MANY)


def test_who_was_passed_over_has_it_once_it_knows_it():
    world = of_machines(MANY, ())
    world.run(5.0)
    assert all(world.owners(each) == ["n0"] for each in MANY)
    world.tell("n1", table({key: {} for key in MANY}))
    gaps = []
    world.run(2.0, lambda: gaps.append([len(world.owners(each)) for each in MANY]))
    assert max(map(max, gaps)) == 1
    for address, counts in zip(MANY, zip(*gaps, strict=True), strict=True):
        assert world.owners(address) == [expected(address, "n0", "n1")]
        assert sum(count == 0 for count in counts) * 0.005 <= HANDOVER


def test_who_leaves_does_not_wait_for_those_who_do_not_know_what_it_has():
    world = Simulation()
    world.start("n0", table({key: {} for key in MANY}))
    for name in ("n1", "n2", "n3", "n4"):
        world.start(name, table({A: {}}))
    world.run(8.0)
    assert all(world.owners(each) == ["n0"] for each in MANY)
    world.segments["n0"].leave(world.now)
    world.run(1.1)
    assert not world.segments["n0"].holds.held


def test_what_only_two_of_three_know_has_an_heir_when_one_dies():
    world = of_machines(MANY, ())
    world.start("n2", table({key: {} for key in MANY}))
    world.run(3.0)
    world.kill("n0")
    world.run(3.0)
    assert all(world.owners(address) == ["n2"] for address in MANY)


def test_what_nobody_may_announce_is_dropped():
    world = settled()
    for name in world.segments:
        world.tell(name, table({B: {}}))
    world.run(0.05)
    assert world.owners(A) == []


def test_an_interface_of_another_name_is_no_candidate_here():
    world = Simulation()
    plan = table({A: {}}, interfaces=("eth1",))
    world.start("n0", plan, names=("eth0",))
    world.start("n1", plan, names=("eth1",))
    world.run(1.0)
    assert world.owners(A) == ["n1"]


NAMES = ("n0", "n1", "n2", "n3")
PLANS = (
    table(ANYONE),
    table({A: {}}),
    table({}),
    table({A: {"n0": 5}, B: {}}),
    table({A: {}, B: {"n1": 3}}),
)
PACKED = st.sampled_from([bytes((192, 0, 2, 100)), bytes(16), bytes((9, 9, 9, 9))])
ADDRESSES = st.lists(PACKED, max_size=3).map(tuple)
NUMBERS = st.integers(0, 9)
BODIES = st.one_of(
    st.builds(Beat, st.lists(NUMBERS, max_size=3).map(tuple), NUMBERS, ADDRESSES),
    st.builds(Ask, ADDRESSES),
    st.builds(Take, ADDRESSES),
    st.builds(Reply, NUMBERS, NUMBERS, ADDRESSES, ADDRESSES),
    st.builds(Offer, ADDRESSES),
    st.builds(Release, ADDRESSES),
    st.just(Bye()),
)
SENDERS = st.builds(
    Sender,
    st.sampled_from(["n1", "n2", "other"]),
    NUMBERS,
    NUMBERS,
    st.integers(0, 7),
    st.integers(1, 30_000),
    st.just(("eth0",)),
)


@given(st.lists(st.tuples(SENDERS, BODIES, st.floats(0, 0.5)), max_size=30))
def test_no_message_confuses_a_segment(said):
    """Whoever knows the secret, or needs none, may say what it likes."""
    world = Simulation()
    segment = world.start("n0", table(ANYONE))
    world.run(0.5)
    now = world.now
    for sender, body, pause in said:
        now += pause
        if segment.is_stale(now):
            segment.restart(now)
        with contextlib.suppress(ReplayError):
            segment.hear(Message(sender, body), now)
        segment.look_at_clock(now)
        list(segment.bursts.due(now, 1000))
        assert segment.next_deadline() > now, "or it would be looked at without a pause"
        assert segment.holds.held.keys().isdisjoint(segment.holds.asking)
        assert segment.holds.lingering.keys() <= segment.holds.held.keys()
        assert len(segment.outbox) < 500
        segment.outbox.clear()


def test_what_a_message_names_twice_is_meant_once():
    """Found by many examples of the test above; anybody could end a responder by it."""
    world = Simulation()
    segment = world.start("n0", table({A: {}}))
    world.run(0.5)
    (packed,) = segment.holds.held
    deaf = Sender("n1", 7, 0, 2, 1, ("eth0",))
    segment.hear(Message(deaf, Beat((), 0, (packed,))), world.now)
    segment.handover.claimed(segment.peers.at(7), (packed,), 1, world.now + 1.0)
    assert segment.holds.lost == {packed: 7}
    given = Reply(0, 0, (packed, packed), ())
    segment.hear(Message(deaf.__class__("n1", 7, 1, 2, 1, ("eth0",)), given), world.now)
    assert packed not in segment.holds.lost


ACTS = (
    lambda world, name, plan: world.kill(name),
    lambda world, name, plan: name in world.segments or world.start(name, plan),
    lambda world, name, plan: world.stop(name),
    lambda world, name, plan: world.go_on(name),
    lambda world, name, plan: world.part(name, 1),
    lambda world, name, plan: world.part(name, 0),
    lambda world, name, plan: world.tell(name, plan),
)


@given(st.data(), st.integers(0, 2**32))
def test_whatever_happens_one_owner_is_left(data, seed):
    """Nodes die, hang, leave, come back; the network is cut, slow, and loses a fifth. A second
    after all that is over, everybody who lives agrees on the one that is elected.
    """
    chance = random.Random(seed)
    is_rough = True

    def delay():
        if not is_rough:
            return 0.001
        return None if chance.random() < 0.2 else chance.random() * 0.05

    world = Simulation(delay)
    for name in NAMES:
        world.start(name, PLANS[0])
    for _ in range(data.draw(st.integers(1, 8))):
        act = data.draw(st.sampled_from(ACTS))
        act(world, data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(PLANS)))
        world.run(data.draw(st.sampled_from([0.0, 0.05, 0.3, 0.7])))
    is_rough = False
    world.calm(PLANS[0])
    world.run(3.0)
    living = list(world.segments)
    for address in ANYONE:
        assert world.owners(address) == ([expected(address, *living)] if living else [])
