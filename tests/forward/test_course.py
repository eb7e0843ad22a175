"""How one target gets through the deaths of its pods, told as stories."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from portico.forward.candidates import Candidate
from portico.forward.course import SECOND_CHANCE, Course
from portico.forward.effects import Carry, Close, Open, Refuse, Tell
from portico.forward.lines import HEALTHY_AFTER, LONGEST_PAUSE, Key, Spread
from portico.forward.rules import Failure, Phase, Rules
from portico.forward.told import PodChanged, Trouble, Waiting


def ready(name, uid="1"):
    return Candidate(name, uid)


def unready(name, uid="1"):
    return Candidate(name, uid, is_ready=False)


def leaving(name, uid="1"):
    return Candidate(name, uid, is_ready=False, is_usable=False)


class Story:
    """A course, the time, and what came of each step as short words."""

    def __init__(self, **rules):
        self.course = Course("svc/web", Rules(**rules))
        self.now = 100.0
        self.told = []

    def _words(self, effects):
        words = []
        for effect in effects:
            match effect:
                case Open(candidate):
                    words.append(f"open {candidate.name}")
                case Close(key):
                    words.append(f"close {key.name}")
                case Carry(connection, key):
                    words.append(f"{connection} to {key.name}")
                case Refuse(connection, reason):
                    words.append(f"refuse {connection}: {reason}")
                case Tell(told):
                    self.told.append(told)
        return words

    def see(self, *candidates):
        return self._words(self.course.seen(candidates, self.now))

    def ask(self, connection):
        return self._words(self.course.asked(connection, self.now))

    def opened(self, name, uid="1"):
        return self._words(self.course.opened(Key(name, uid), self.now))

    def failed(self, name, reason="no", *, forbidden=False):
        failure = Failure(reason, "a hint", is_forbidden=forbidden)
        return self._words(self.course.failed(Key(name, "1"), failure, self.now))

    def lost(self, name, reason="gone", uid="1"):
        return self._words(self.course.lost(Key(name, uid), reason, self.now))

    def ended(self, connection, name):
        return self._words(self.course.ended(connection, Key(name, "1"), self.now))

    def tick(self):
        """At the time that is due."""
        assert self.course.due is not None
        self.now = max(self.now, self.course.due)
        return self._words(self.course.tick(self.now))

    def wait(self, seconds):
        self.now += seconds
        return self._words(self.course.tick(self.now))


@pytest.fixture
def story():
    return Story()


def connected(*candidates, **rules):
    made = Story(**rules)
    made.see(*candidates)
    made.opened(candidates[0].name)
    return made


def test_the_first_pod_is_opened_before_anybody_comes(story):
    assert story.course.phase is Phase.RESOLVING
    assert story.see(ready("a"), ready("b")) == ["open a"]
    assert story.opened("a") == []
    assert story.course.phase is Phase.CONNECTED
    assert story.ask(1) == ["1 to a"]
    assert story.ask(2) == ["2 to a"]


def test_it_stays_with_its_pod_whatever_others_are_better():
    story = connected(ready("a"))
    assert story.see(ready("b"), ready("a")) == []
    assert story.ask(1) == ["1 to a"]


def test_a_pod_that_is_being_deleted_keeps_what_it_has_and_gets_nothing_new():
    story = connected(ready("a"), ready("b"))
    assert story.ask(1) == ["1 to a"]
    assert story.see(ready("b"), leaving("a")) == ["open b"]
    assert story.opened("b") == []
    assert story.course.phase is Phase.DRAINING
    assert story.ask(2) == ["2 to b"]
    assert story.ended(1, "a") == ["close a"]
    assert story.course.phase is Phase.CONNECTED
    assert PodChanged("svc/web", ("b",), ("a",)) in story.told


def test_connections_wait_for_the_next_ready_pod():
    story = connected(ready("a"))
    assert story.see(leaving("a")) == ["close a"]
    assert story.course.phase is Phase.WAITING
    assert story.ask(1) == []
    assert story.see(leaving("a"), unready("b")) == []
    assert story.see(ready("b")) == ["open b"]
    assert story.ask(2) == []
    assert story.opened("b") == ["1 to b", "2 to b"]
    reasons = [told.reason for told in story.told if isinstance(told, Waiting)]
    assert reasons == [
        "pod a is being deleted",
        "pod a is being deleted, and of 1 more none is ready",
    ]


def test_nobody_waits_longer_than_there_is_patience():
    story = connected(ready("a"), patience=10.0)
    story.see()
    story.ask(1)
    story.now += 4
    story.ask(2)
    assert story.course.due == 110.0
    assert story.tick() == ["refuse 1: there is no pod"]
    assert story.tick() == ["refuse 2: there is no pod"]
    assert story.now == 114.0
    assert story.course.due is None


def test_the_same_name_is_another_pod():
    story = connected(ready("db-0", uid="1"))
    assert story.see(ready("db-0", uid="2")) == ["close db-0", "open db-0"]
    assert story.ask(1) == []
    assert story.opened("db-0", uid="2") == ["1 to db-0"]


def test_a_line_that_is_lost_is_opened_again_at_once():
    story = connected(ready("a"))
    story.ask(1)
    assert story.lost("a") == ["close a", "open a"]
    assert story.ended(1, "a") == []
    assert story.ask(2) == []
    assert story.opened("a") == ["2 to a"]


def test_tries_become_rarer_and_are_told_once():
    story = connected(ready("a"))
    story.now += HEALTHY_AFTER
    assert story.lost("a") == ["close a", "open a"]
    pauses = []
    for _ in range(9):
        assert story.failed("a", "no route") == []
        before = story.now
        assert story.tick() == ["open a"]
        pauses.append(round(story.now - before, 3))
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, LONGEST_PAUSE, LONGEST_PAUSE]
    assert [told for told in story.told if isinstance(told, Trouble)] == [
        Trouble("svc/web", "no route", "a hint")
    ]
    # Who waits has it tried sooner.
    story.failed("a", "no route")
    story.now += 1
    assert story.ask(1) == ["open a"]


def test_a_line_that_breaks_as_soon_as_it_is_open_is_no_reason_to_hurry():
    story = connected(ready("a"))
    assert story.lost("a") == ["close a", "open a"]
    story.opened("a")
    assert story.lost("a") == ["close a"]
    assert story.tick() == ["open a"]
    assert story.now > 100.0


def test_nobody_waits_for_a_permission():
    story = connected(ready("a"))
    story.lost("a")
    story.ask(1)
    assert story.failed("a", "forbidden", forbidden=True) == ["refuse 1: pod a: forbidden"]
    assert story.course.due is None, "it is not asked for again and again"
    story.now += 1
    assert story.ask(2) == ["open a"]
    assert story.failed("a", "forbidden", forbidden=True) == ["refuse 2: pod a: forbidden"]
    # Who comes a moment later gets a try of their own.
    story.now += 0.1
    assert story.ask(3) == []
    assert story.tick() == ["open a"]
    assert story.opened("a") == ["3 to a"]


def test_what_is_opened_for_a_pod_that_has_left_is_closed(story):
    story.see(ready("a"))
    assert story.see(ready("b")) == ["close a", "open b"]
    assert story.opened("a") == ["close a"]


class TestNotReady:
    """kubectl takes a pod that is not ready if there is no other; so do we, at the start."""

    def test_at_the_start(self):
        story = Story()
        assert story.see(unready("a")) == ["open a"]
        story.opened("a")
        assert story.ask(1) == ["1 to a"]

    def test_not_with_wait(self):
        story = Story(only_ready=True)
        assert story.see(unready("a")) == []
        assert story.see(ready("a")) == ["open a"]

    def test_it_is_left_for_one_that_is_ready(self):
        story = connected(unready("a"))
        assert story.see(ready("b"), unready("a")) == ["close a", "open b"]

    def test_a_pod_that_was_ready_is_waited_for(self):
        story = connected(ready("a"))
        assert story.see(unready("a")) == ["close a"]
        assert story.ask(1) == []
        assert story.see(ready("a")) == ["open a"]
        assert story.opened("a") == ["1 to a"]

    def test_it_is_better_than_nothing_when_patience_is_over(self):
        story = connected(ready("a"), patience=10.0)
        story.see(unready("a"))
        story.ask(1)
        assert story.tick() == ["open a"]
        assert story.opened("a") == ["1 to a"]
        assert story.ask(2) == ["2 to a"]

    def test_but_only_once(self):
        story = connected(ready("a"), patience=10.0)
        story.see(unready("a"))
        story.ask(1)
        assert story.tick() == ["open a"]
        story.failed("a", "no")
        while story.now < 110 + SECOND_CHANCE:
            words = story.tick()
            if words == ["open a"]:
                story.failed("a", "no")
        assert words[0] == "refuse 1: pod a: no"

    def test_never_with_wait(self):
        story = connected(ready("a"), patience=10.0, only_ready=True)
        story.see(unready("a"))
        story.ask(1)
        assert story.tick() == ["refuse 1: pod a is not ready"]


class TestBalance:
    """Each new connection to another pod."""

    def test_the_one_with_the_fewest_connections(self):
        story = connected(ready("a"), ready("b"), most=0)
        assert story.ask(1) == ["1 to a"]
        assert story.ask(2) == ["open b"]
        assert story.opened("b") == ["2 to b"]
        assert story.ask(3) == ["3 to a"]
        assert story.ask(4) == ["4 to b"]
        story.ended(2, "b")
        story.ended(4, "b")
        assert [story.ask(5), story.ask(6)] == [["5 to b"], ["6 to b"]]

    def test_round_robin_counts_no_connections(self):
        story = connected(ready("a"), ready("b"), most=0, spread=Spread.ROUND_ROBIN)
        story.ask(1)
        story.ask(2)
        story.opened("b")
        story.ended(1, "a")
        assert [story.ask(3), story.ask(4), story.ask(5)] == [["3 to a"], ["4 to b"], ["5 to a"]]

    def test_as_many_pods_as_were_said(self):
        story = connected(ready("a"), ready("b"), ready("c"), most=2)
        assert story.course.pods == ("a", "b")
        story.see(ready("b"), ready("c"))
        assert story.course.pods == ("b", "c")

    def test_a_broken_line_is_passed_over(self):
        story = connected(ready("a"), ready("b"), most=0)
        story.ask(1)
        story.ask(2)
        story.opened("b")
        story.lost("b")
        story.ended(2, "b")
        assert [story.ask(3), story.ask(4)] == [["3 to a"], ["4 to a"]]


NAMES = st.sampled_from("abc")
PODS = st.dictionaries(NAMES, st.sampled_from([ready, unready, leaving]))


class AnyOrder(RuleBasedStateMachine):
    """In whatever order things happen, a connection is carried once, refused once, or waits."""

    def __init__(self):
        super().__init__()
        self.story = Story(patience=3.0, most=2)
        self.count = 0
        self.waiting, self.carried = {}, {}

    @rule(pods=PODS)
    def see(self, pods):
        self.take(self.story.see(*(made(name) for name, made in pods.items())))

    @rule()
    def ask(self):
        self.count += 1
        self.waiting[str(self.count)] = self.story.now
        self.take(self.story.ask(self.count))

    @rule(name=NAMES)
    def opened(self, name):
        self.take(self.story.opened(name))

    @rule(name=NAMES, forbidden=st.booleans())
    def failed(self, name, forbidden):
        self.take(self.story.failed(name, forbidden=forbidden))

    @rule(name=NAMES)
    def lost(self, name):
        self.take(self.story.lost(name))

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 5.0]))
    def wait(self, seconds):
        self.take(self.story.wait(seconds))

    @precondition(lambda self: self.carried)
    @rule()
    def ended(self):
        connection, name = self.carried.popitem()
        self.take(self.story.ended(int(connection), name))

    def take(self, words):
        for word in words:
            first, second, *rest = word.split()
            if second == "to":
                del self.waiting[first]
                self.carried[first] = rest[0]
            elif first == "refuse":
                del self.waiting[second.rstrip(":")]

    @invariant()
    def nobody_is_forgotten(self):
        if self.waiting:
            assert self.story.course.due is not None

    def teardown(self):
        self.take(self.story.wait(3.0))
        self.take(self.story.wait(SECOND_CHANCE))
        assert not self.waiting


TestAnyOrder = AnyOrder.TestCase
