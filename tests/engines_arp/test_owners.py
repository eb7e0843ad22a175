"""One owner of each address, whatever happens: with real packets."""

import signal
import time

import pytest

from engines_arp.plans import announced, plan_of
from live.until import until
from portico.engines.arp.election import draw
from portico.plan.layer2 import Announcer
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "192.0.2.100"
VIP6 = "2001:db8::100"
MANY = [f"192.0.2.{number}" for number in range(100, 130)]

LATEST = 0.5
"""Seconds to notice a silent node and to announce in its place. The bench measures more exactly."""


def expected(stage, address, *but):
    """Who has it, by the rule that is written down elsewhere."""
    name = draw(tuple(node.name for node in stage.others(*but)), address)
    return next(node for node in stage.nodes if node.name == name)


def test_exactly_one_node_answers_for_all_addresses_of_a_service(stage, ears):
    """And when it falls silent, another one does, in both families."""
    stage.serve(plan_of(*(announced(address, first=VIP) for address in (VIP, VIP6))))
    owner, other = stage.settled(VIP, VIP6)
    assert owner is other is expected(stage, VIP)
    for address in (VIP, VIP6):
        assert ears.who_has(address) == {owner.mac()}
    cut = time.monotonic()
    stage.switch.unplug(owner.space)
    heir = expected(stage, VIP, owner)
    for address in (VIP, VIP6):
        told = ears.announcements[address]
        until(lambda told=told: told[-1][1] == heir.mac(), "the heir to announce")
        took = next(at for at, mac in told if mac == heir.mac() and at > cut)
        assert took - cut < LATEST
        assert ears.who_has(address) == {heir.mac()}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_responder_that_dies_or_hangs_is_replaced(stage, ears, how):
    stage.serve(plan_of(announced(VIP)))
    (owner,) = stage.settled(VIP)
    old = owner.mac()
    owner.signal(how)
    heir = expected(stage, VIP, owner)
    until(lambda: heir.holds(VIP), "the heir to have it")
    assert ears.who_has(VIP) == {heir.mac()}
    if how == signal.SIGSTOP:
        owner.signal(signal.SIGCONT)
        until(lambda: owner.holds(VIP), "the old owner to have it again, as it is preferred")
        until(lambda: not heir.holds(VIP), "the heir to let go")
        assert ears.who_has(VIP) == {old}


def test_who_wakes_up_answers_for_nothing_that_others_have_taken(stage, ears):
    """The questions that were waiting for it are answered by nobody but the new owner."""
    stage.serve(plan_of(announced(VIP)))
    (owner,) = stage.settled(VIP)
    owner.signal(signal.SIGSTOP)
    heir = expected(stage, VIP, owner)
    until(lambda: heir.holds(VIP), "the heir to have it")
    for _ in range(20):
        ears.ask(VIP)
    until(lambda: len(ears.answers[VIP]) >= 20, "the heir to answer")
    # The others have to be the ones who have it, whatever the old owner believes when it wakes up.
    moment = time.monotonic()
    owner.signal(signal.SIGCONT)
    until(lambda: owner.link().stage == "active", "the old owner to have listened")
    until(lambda: owner.holds(VIP), "the old owner to have it again")
    answers = ears.told_since(VIP, moment)
    assert not answers, "nobody had asked since"
    assert owner.look().stalls >= 1


def test_a_recording_does_not_bring_the_dead_back(stage, ears):
    """Nor does it keep them alive: what was said once is worth nothing the second time."""
    stage.serve(plan_of(announced(VIP)))
    (owner,) = stage.settled(VIP)
    until(lambda: len(ears.beats[owner.mac()]) > 20, "something to record")
    heir = expected(stage, VIP, owner)
    stage.switch.unplug(owner.space)
    recorded = ears.beats[owner.mac()][-20:]
    for frame in recorded:
        ears.send(frame)
        ears.ask(VIP)
    until(lambda: heir.holds(VIP), "the heir to have it")
    before = heir.look().replayed
    ears.send(*recorded)
    until(lambda: heir.look().replayed >= before + len(recorded), "them to be counted")
    assert heir.holds(VIP)
    assert owner.name not in {each.node for each in heir.link().neighbours}


def test_a_planned_stop_hands_over_without_a_gap(stage, ears):
    stage.serve(plan_of(*(announced(address) for address in MANY)))
    stage.settled(*MANY)
    leaving = stage.nodes[0]
    had = [address for address in MANY if leaving.holds(address)]
    assert had, "thirty addresses, and this node has none of them"
    leaving.leave()
    ended = time.monotonic()
    for address in had:
        heir = expected(stage, address, leaving)
        taken = [at for at, mac in ears.announcements[address] if mac == heir.mac()]
        assert min(taken, default=ended) < ended, "it waited until others had it"


def test_both_sides_of_a_partition_announce_and_one_does_afterwards(stage, ears):
    stage.serve(plan_of(announced(VIP)))
    (owner,) = stage.settled(VIP)
    stage.switch.unplug(owner.space)
    heir = expected(stage, VIP, owner)
    until(lambda: heir.holds(VIP), "the other side to have it, too")
    assert owner.holds(VIP), "its side has no other"
    moment = time.monotonic()
    stage.switch.plug_in_again(owner.space)
    until(lambda: not heir.holds(VIP), "the loser to let go")
    assert owner.holds(VIP)
    until(
        lambda: any(at > moment and mac == owner.mac() for at, mac in ears.announcements[VIP]),
        "the winner to say so again",
    )
    assert ears.who_has(VIP) == {owner.mac()}
    before = [node.look().takeovers for node in stage.nodes]
    ears.who_has(VIP)
    assert [node.look().takeovers for node in stage.nodes] == before, "it stays where it is"


def test_an_interface_without_carrier_has_nothing_and_announces_when_it_is_back(stage, ears):
    stage.serve(plan_of(announced(VIP)))
    (owner,) = stage.settled(VIP)
    stage.switch.space.ip(f"link set {owner.name} down")
    until(lambda: owner.link() is None, "the interface to be closed")
    assert "carrier" in owner.look().unusable["eth0"]
    heir = expected(stage, VIP, owner)
    until(lambda: heir.holds(VIP), "the heir to have it")
    moment = time.monotonic()
    stage.switch.space.ip(f"link set {owner.name} up")
    until(lambda: stage.owner(VIP) is owner, "the owner to have it again")
    until(
        lambda: any(at > moment and mac == owner.mac() for at, mac in ears.announcements[VIP]),
        "word of it",
    )


def test_more_weight_wins_and_a_changed_weight_moves(stage, ears):
    first, second, third = stage.nodes
    weights = [Announcer(first.name, 10), Announcer(second.name, 60), Announcer(third.name, 50)]
    stage.serve(plan_of(announced(VIP, *weights)))
    until(lambda: stage.owner(VIP) is second, "the preferred node to have it")
    stage.serve(plan_of(announced(VIP, weights[0], weights[2])))
    until(lambda: stage.owner(VIP) is third, "the next one to have it")
    assert ears.who_has(VIP) == {third.mac()}


def test_nobody_but_candidates_and_nobody_for_what_is_gone(stage, ears):
    only = stage.nodes[1]
    stage.serve(plan_of(announced(VIP, Announcer(only.name)), announced("192.0.2.101")))
    until(lambda: stage.owner(VIP) is only, "the only candidate to have it")
    stage.serve(plan_of(announced("192.0.2.101")))
    until(lambda: not only.holds(VIP), "it to be dropped")
    assert not ears.who_has(VIP, patience=0.5)


def test_several_hundred_addresses_are_spread_and_move_together(stage):
    addresses = [f"198.51.{high}.{low}" for high in (100, 101) for low in range(200)]
    stage.serve(plan_of(*(announced(address) for address in addresses)))
    stage.settled()
    until(
        lambda: sum(node.look().held for node in stage.nodes) == len(addresses), "all to be owned"
    )
    held = [node.look().held for node in stage.nodes]
    assert min(held) > 80, held
    stage.nodes[0].signal(signal.SIGKILL)
    rest = stage.nodes[1:]
    until(lambda: sum(node.look().held for node in rest) == len(addresses), "the rest to have all")
