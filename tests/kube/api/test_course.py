"""What comes after what, and how soon."""

from random import Random

import pytest
from msgspec import Raw

from portico.kube.api.course import Course, EarlyEndError, OlderStateError
from portico.kube.api.known import Known
from portico.kube.api.pace import Pace, Pauses
from portico.kube.api.told import Delete, Key, Recovered, Synced, Trouble
from portico.kube.http.errors import SilentError, UnreachableError, status_error
from portico.kube.http.status import Details, Status


def answer(code, retry_after=0):
    details = Details(retry_after_seconds=retry_after) if retry_after else None
    return status_error("GET /", Status(f"error {code}", "", code, details))


ITEM = Raw(b'{"metadata":{"namespace":"shop","name":"a","resourceVersion":"5"}}')


@pytest.fixture
def known():
    fresh = Known(bytes)
    fresh.start_list()
    fresh.take_list([ITEM])
    fresh.end_list(10)
    return fresh


@pytest.fixture
def course(known):
    """In the middle of a healthy watch."""
    made = Course(known, Pace(), Random(1))
    made.start_round()
    made.answered()
    made.listed()
    return made


def test_pauses_double_up_to_a_limit_and_are_spread():
    pauses = Pauses(Pace(), Random(1))
    taken = [pauses.take() for _ in range(8)]
    for pause, least in zip(taken, [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0], strict=True):
        assert least <= pause <= least * 1.5
    pauses.reset()
    assert pauses.take() < 1.3


def test_a_watch_that_breaks_is_renewed_at_once_and_quietly(course):
    assert course.after(UnreachableError("cut")) == ([], 0.0)
    assert not course.must_list
    assert course.must_compare


def test_a_server_that_cannot_be_reached_is_trouble_told_once(course):
    course.start_round()
    told, pause = course.after(UnreachableError("refused"))
    assert told == [Trouble("refused")]
    assert pause >= 0.8
    assert course.after(UnreachableError("refused"))[0] == []
    assert course.after(SilentError("silent"))[0] == [Trouble("silent")]
    assert course.answered() == [Recovered()]
    assert course.answered() == []


@pytest.mark.parametrize("usual", [answer(410), OlderStateError("older")])
def test_what_asks_for_a_list_is_no_trouble(course, usual):
    assert course.after(usual) == ([], 0.0)
    assert course.must_list
    told, pause = course.after(usual)
    assert told == []
    assert pause >= 0.8


def test_a_watch_that_was_ended_early_is_compared(course):
    with pytest.raises(EarlyEndError):
        course.ended_well(lasted=0.1, asked=300.0)
    assert course.must_compare


def test_a_watch_whose_time_was_up_is_just_renewed(course):
    course.ended_well(lasted=300.0, asked=299.0)
    assert not course.must_compare
    assert not course.must_list


def test_the_server_says_how_long_to_wait(course):
    assert course.after(answer(429, retry_after=20))[1] >= 20.0


def test_an_error_within_a_watch_leads_to_a_list_when_it_comes_again(course):
    assert course.after(answer(500)) == ([], 0.0)
    assert not course.must_list
    course.after(answer(500))
    assert course.must_list


@pytest.mark.parametrize(("error", "is_refusal"), [
    (answer(422),                  True),
    (answer(400),                  True),
    (answer(500),                  False),
    (answer(403),                  False),
    (UnreachableError("refused"),  False),
])  # fmt: skip
def test_who_cannot_stream_lists(known, error, is_refusal):
    course = Course(known, Pace(), Random(1))
    course.start_round()
    course.after(error)
    assert course.streams_lists is not is_refusal


@pytest.mark.parametrize(("code", "is_refusal"), [(500, True), (410, False), (429, False)])
def test_who_says_so_within_the_stream(known, code, is_refusal):
    course = Course(known, Pace(), Random(1))
    course.start_round()
    course.answered()
    course.after(answer(code))
    assert course.streams_lists is not is_refusal


def test_a_list_that_expires_between_its_pages_has_no_pages_the_next_time(known, course):
    course.must_list, course.streams_lists = True, False
    known.start_list()
    course.after(answer(410))
    assert course.page_size == 0
    course.listed()
    assert course.page_size > 0


def test_a_missing_kind_is_believed_the_second_time(course):
    assert course.after(answer(404))[0] == []
    told, pause = course.after(answer(404))
    assert told == [Delete(Key("shop", "a")), Synced(is_served=False)]
    assert pause >= 30.0
    assert course.after(answer(404))[0] == []


def test_a_row_of_failures_ends_with_a_watch_that_lasts(course):
    course.after(UnreachableError("cut"))
    course.ended(lasted=60.0)
    assert course.after(UnreachableError("cut")) == ([], 0.0)
