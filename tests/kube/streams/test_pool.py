"""Which session a stream gets, and how many there are to be."""

from collections.abc import Callable

from kube.streams import virtual_time
from kube.streams.test_session import Client, Connection
from portico.kube.streams.pod_stream import HalfClose, PodStream
from portico.kube.streams.pool import IDLE, SLOW, Pool
from portico.kube.streams.session import Session
from portico.kube.streams.wrapping import Bare


def session() -> Session:
    made = Session(Bare(), memoryview(bytearray(100)), HalfClose.DEFER, lambda: None)
    made.connection_made(Connection())
    return made


def opened(on: Session) -> PodStream:
    return on.open_stream(80, Client("1", []))


def played(story: Callable[[Pool], None], most: int = 2) -> None:
    """With as many sessions as there may be at first."""

    async def play() -> None:
        pool = Pool(most)
        pool.sessions += [session() for _ in range(most)]
        story(pool)
        for each in pool.sessions:
            each.close()

    virtual_time.run(play())


def test_an_idle_session_comes_first() -> None:
    def story(pool: Pool) -> None:
        one, other = pool.sessions
        opened(one)
        assert pool.idle is other
        opened(other)
        assert pool.idle is None

    played(story)


def test_a_client_that_has_ended_keeps_nobody_out() -> None:
    """Its stream is there for another second, as the pod may still answer."""

    def story(pool: Pool) -> None:
        one, other = pool.sessions
        opened(other)
        opened(one).write_eof()
        assert pool.idle is one

    played(story)


def test_the_least_busy_is_shared() -> None:
    def story(pool: Pool) -> None:
        one, other = pool.sessions
        for each in (one, one, other):
            opened(each)
        assert pool.least_busy is other
        assert pool.room(0) == 0

    played(story)


def test_a_slow_one_is_not_shared_and_does_not_count() -> None:
    def story(pool: Pool) -> None:
        one, other = pool.sessions
        opened(one).pause_reading()
        opened(other)
        opened(other)
        assert pool.least_busy is other
        assert pool.room(0) == 1
        assert pool.room(1) == 0  # it is being dialled

    played(story)


def test_there_are_not_more_without_end() -> None:
    def story(pool: Pool) -> None:
        pool.sessions += [session() for _ in range(2 * SLOW - 2)]
        streams = [opened(each) for each in pool.sessions]
        for stream in streams:
            stream.pause_reading()
        assert pool.room(0) == 0
        assert pool.least_busy in pool.sessions  # rather a slow one than none

    played(story)


def test_what_was_slow_may_be_shared_again() -> None:
    def story(pool: Pool) -> None:
        one, _ = pool.sessions
        stream = opened(one)
        stream.pause_reading()
        stream.resume_reading()
        assert one.is_slow  # it may be again at any time
        stream.reset()
        assert not one.is_slow

    played(story)


def test_of_idle_sessions_one_is_kept() -> None:
    def story(pool: Pool) -> None:
        one, other = pool.sessions
        opened(one).reset()
        other.idle_since -= 1
        assert pool.superfluous(one.idle_since + IDLE - 2) == []
        assert pool.superfluous(one.idle_since + IDLE) == [other]

    played(story)


def test_a_session_that_takes_no_more_ends_with_its_last_stream() -> None:
    def story(pool: Pool) -> None:
        one, other = pool.sessions
        stream = opened(one)
        one.feed(memoryview(bytes.fromhex("80030007 00000008 00000003 00000000")))  # GOAWAY
        assert pool.idle is other
        assert pool.through() == []
        stream.reset()
        assert pool.through() == [one]

    played(story)
