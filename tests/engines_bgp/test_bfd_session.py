"""BFD as conversations: what is heard, what is said, and what each thinks of the path.

at 0.5                 the clock; what is due then is sent
> up yours=1 poll      heard (mine=9, multiplier=3, 100 ms each, if nothing else is said)
< down slow            said: state, then what must be so; `slow` is an interval of 1 s
= up                   our state; with a reason if one is given
silence                nothing more is said than was asked for
"""

import random
import re

import pytest

from portico.engines.bgp.bfd.session import Changed, Send, Session, Timing
from portico.engines.bgp.bfd.wire import Diagnostic, Packet, State

QUICK = Timing(transmit=100_000, receive=100_000, multiplier=3)
UP = """
    at 0
    < down yours=0 slow
    at 0.2
    > down yours=0
    < init yours=9 slow
    = init
    at 0.3
    > up yours=1
    < up poll transmit=100000 receive=100000
    = up
    at 0.31
    > up yours=1 final
"""


class Conversation:
    """Plays lines against one session. The jitter is none, so intervals are exact."""

    def __init__(self, timing: Timing) -> None:
        self.session = Session(1, timing, lambda: 0.0)
        self.now = 0.0
        self.sent: list[Packet] = []
        self.changes: list[Changed] = []

    def play(self, text: str) -> "Conversation":
        for line in text.splitlines():
            words = re.sub(r"#.*", "", line).split()
            if words:
                self._line(*words)
        return self

    def _line(self, verb: str, *words: str) -> None:
        match verb:
            case "at":
                self._wait(float(words[0]))
            case ">":
                self._do(self.session.receive(heard(*words), self.now))
            case "<":
                assert self.sent, f"nothing was said at {self.now}, but {words} was expected"
                check(self.sent.pop(0), *words)
            case "=":
                assert self.session.state == state(words[0]), self.now
                assert words[1:] in ((), (self.session.diagnostic.name,)), self.session.diagnostic
            case "silence":
                assert self.sent == []
            case _:
                raise AssertionError(verb)

    def _wait(self, until: float) -> None:
        while (due := self.session.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self._do(self.session.tick(self.now))
        self.now = until

    def _do(self, effects) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.sent.append(effect.packet)
            else:
                self.changes.append(effect)


def state(word: str) -> State:
    return State[word.upper().replace("-", "_")]


def heard(word: str, *words: str) -> Packet:
    numbers = {"mine": 9, "yours": 1, "multiplier": 3, "transmit": 100_000, "receive": 100_000}
    numbers |= {name: int(value) for name, _, value in (w.partition("=") for w in words) if value}
    flags = {each: True for each in words if "=" not in each}
    return Packet(state(word), **numbers, **flags)


def check(packet: Packet, word: str, *words: str) -> None:
    assert packet.state == state(word), packet
    for each in words:
        name, _, value = each.partition("=")
        if each == "slow":
            assert packet.transmit == 1_000_000, packet
        elif value:
            assert getattr(packet, name) == int(value), packet
        elif each.startswith("no-"):
            assert not getattr(packet, each.removeprefix("no-")), packet
        else:
            assert getattr(packet, each), packet


def play(text: str, timing: Timing = QUICK) -> Conversation:
    return Conversation(timing).play(text)


def test_up_in_three_packets_then_quick():
    told = play(UP + """
        at 0.405                    # as quick as both like it: every 100 ms
        < up no-poll
        at 0.5
        < up
        silence
    """)  # fmt: skip
    assert [(each.old, each.new) for each in told.changes] == [
        (State.DOWN, State.INIT),
        (State.INIT, State.UP),
    ]


def test_both_may_start_at_once():
    play("""
        at 0
        < down
        > init yours=1              # it has heard us already
        < up poll
        = up
    """)


def test_poll_is_repeated_until_it_is_answered():
    play("""
        at 0
        < down
        > init yours=1
        < up poll
        at 0.11
        < up poll
        > up yours=1
        at 0.21
        < up poll
        > up yours=1 final
        at 0.3101
        < up no-poll
    """)


def test_a_poll_is_answered_at_once_and_with_nothing_but_a_final():
    play(UP + """
        at 0.35
        > up yours=1 poll
        < up final no-poll
        silence
    """)  # fmt: skip


def test_silence_for_the_detection_time_takes_it_down():
    told = play(UP + """
        at 0.609                    # 3 x 100 ms after the last packet, which came at 0.31
        = up
        at 0.611
        = down EXPIRED
    """)  # fmt: skip
    assert told.sent[-1].state == State.DOWN  # said at once, not in a second
    assert told.sent[-1].yours == 0
    assert told.sent[-1].diagnostic == Diagnostic.EXPIRED


def test_each_packet_begins_the_detection_time_again():
    play(UP + """
        at 0.6
        > up yours=1
        at 0.89
        = up
        at 0.91
        = down
    """)  # fmt: skip


def test_the_slower_of_the_two_decides_how_often():
    told = play("""
        at 0
        < down
        > init yours=1 receive=400000 transmit=500000 multiplier=2
        < up poll
        > up yours=1 final receive=400000 transmit=500000 multiplier=2
        at 0.9
        < up
        < up
        silence
    """)
    assert told.session.transmit_interval == 400_000  # it cannot listen more often
    assert told.session.detection_time == 2 * 500_000  # its multiplier, its interval


def test_the_neighbour_says_down():
    told = play(UP + """
        > down yours=1
        < down slow
        = down NEIGHBOR_SAYS_DOWN
    """)  # fmt: skip
    assert not told.changes[-1].by_admin


def test_people_stopping_the_neighbour_is_no_failure_of_the_path():
    told = play(UP + "> admin-down yours=1\n = down")
    assert told.changes[-1].by_admin


def test_stopping_tells_the_neighbour():
    told = play(UP)
    told.sent.clear()
    told._do(told.session.stop())
    check(told.sent.pop(), "admin-down")
    assert told.session.next_deadline() is None
    assert told.session.receive(heard("up"), 1.0) == []


def test_passive_waits_to_be_spoken_to():
    told = play("""
        at 30
        silence
        > down yours=0
        < init yours=9
        = init
        > up yours=1
        < up poll
        = up
    """, Timing(100_000, 100_000, 3, passive=True))  # fmt: skip
    told.sent.clear()
    told.play("at 60\n = down EXPIRED")
    assert all(packet.yours for packet in told.sent)  # it fell silent with the other side


def test_one_packet_a_second_while_it_is_not_up():
    assert len(play("at 10.5").sent) == 11


def test_nobody_is_sent_more_than_it_listens_to():
    told = play(UP + "> up yours=1 receive=0")
    told.sent.clear()
    told.play("at 0.55\n silence\n = up")


def test_demand_mode_of_the_neighbour_is_respected():
    told = play(UP + "> up yours=1 demand")
    told.sent.clear()
    told.play("at 0.55\n silence\n = up")


def test_other_intervals_count_once_they_are_confirmed():
    told = play(UP)
    told.sent.clear()
    told._do(told.session.retime(Timing(1_000_000, 50_000, 5), told.now))
    check(told.sent.pop(0), "up", "poll", "transmit=1000000", "receive=50000", "multiplier=5")
    assert told.session.transmit_interval == 100_000  # nobody agreed to wait longer yet
    assert told.session.detection_time == 300_000
    told._do(told.session.receive(heard("up", "final", "transmit=50000"), told.now))
    assert told.session.transmit_interval == 1_000_000
    assert told.session.detection_time == 150_000
    assert told.session.state == State.UP


def test_jitter_takes_up_to_a_quarter():
    for drawn, multiplier, wait in ((1.0, 3, 0.75), (0.0, 1, 0.9), (1.0, 1, 0.75)):
        session = Session(1, Timing(multiplier=multiplier), lambda drawn=drawn: drawn)
        session.tick(0.0)
        assert session.next_deadline() == pytest.approx(wait)


def test_a_neighbour_that_restarts_is_followed():
    play(UP + """
        > down mine=77 yours=0      # it has forgotten us
        < down yours=77
        > down mine=77 yours=0
        < init yours=77
        > init mine=77 yours=1
        < up yours=77
        = up
    """)  # fmt: skip


def test_whatever_is_heard_a_session_goes_on():
    """Random packets and times; then an honest neighbour brings it up."""
    chance = random.Random(5881)
    session, now = Session(1, QUICK, chance.random), 0.0
    states = [*State, State.UP, State.UP]
    for _ in range(100_000):
        now += chance.choice((0.0, 0.01, 0.1, 1.5))
        packet = Packet(
            chance.choice(states), chance.randrange(1, 2**32), 1, chance.randrange(1, 256),
            chance.choice((0, 1, 100_000, 2**32 - 1)), chance.choice((0, 1, 100_000, 2**32 - 1)),
            chance.randrange(32), chance.random() < 0.3, chance.random() < 0.3,
            chance.random() < 0.1, chance.randrange(2**32),
        )  # fmt: skip
        effects = session.receive(packet, now) + session.tick(now)
        assert len(effects) < 8
        due = session.next_deadline()
        assert due is None or due >= 0
    told = Conversation(QUICK)
    told.session, told.now = session, now + 10_000_000
    told._do(session.tick(told.now))
    assert session.state == State.DOWN
    told.play("> down yours=0\n > init\n = up")
