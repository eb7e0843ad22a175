"""Lists and events in, changes out."""

import json
import random

import msgspec
import pytest
from msgspec import Raw

from portico.kube.api.known import Known
from portico.kube.api.told import Delete, Key, Put, Synced, Unread
from portico.kube.api.watch_stream import Event
from portico.kube.http.errors import GarbledError


def item(name, version, namespace="shop", value=0):
    metadata = {"namespace": namespace, "name": name, "resourceVersion": str(version)}
    return Raw(json.dumps({"metadata": metadata, "value": value}).encode())


def event(kind, name, version, value=0):
    return Event(kind, item(name, version, value=value))


def bookmark(version, **annotations):
    metadata = {"resourceVersion": str(version), "annotations": annotations or None}
    return Event("BOOKMARK", Raw(json.dumps({"metadata": metadata}).encode()))


def key(name):
    return Key("shop", name)


class Valued(msgspec.Struct):
    value: int


def value_of(raw):
    return msgspec.json.decode(raw, type=Valued).value


END = bookmark(100, **{"k8s.io/initial-events-end": "true"})


@pytest.fixture
def known():
    """Of a and b in version 5 and 6, at version 10."""
    fresh = Known(value_of)
    fresh.start_list()
    fresh.take_list([item("a", 5), item("b", 6)])
    fresh.end_list(10)
    return fresh


def test_a_list_is_told_as_changes(known):
    known.start_list()
    assert known.take_list([item("a", 5), item("c", 12, value=3)]).told == [Put(key("c"), 3)]
    assert known.end_list(20) == [Delete(key("b")), Synced()]
    assert known.version == 20


def test_a_list_that_was_broken_off_says_nothing_of_what_is_missing(known):
    known.start_list()
    known.take_list([item("c", 12)])
    known.start_list()
    known.take_list([item("a", 5)])
    assert known.end_list(20) == [Delete(key("b")), Delete(key("c")), Synced()]


STORY = [
    # event                            what is told
    (("MODIFIED", "a", 11, 1),         [Put(key("a"), 1)]),
    (("MODIFIED", "a", 11, 1),         []),                      # twice
    (("MODIFIED", "a", 5, 0),          []),                      # late
    (("DELETED", "a", 9, 0),           []),                      # of an earlier life
    (("ADDED", "c", 12, 2),            [Put(key("c"), 2)]),
    (("DELETED", "c", 13, 2),          [Delete(key("c"))]),
    (("DELETED", "c", 13, 2),          []),
    (("ADDED", "c", 14, 4),            [Put(key("c"), 4)]),
    (("RENAMED", "c", 15, 4),          []),                      # a word of a later version
]  # fmt: skip


def test_a_story_of_events(known):
    for told, wanted in STORY:
        assert known.take([event(*told)]).told == wanted, told
        assert not known.is_in_doubt
    assert known.version == 14


def test_of_events_that_come_together_only_the_last_of_each_object_counts(known):
    events = [
        event("MODIFIED", "a", 11, 1),
        event("MODIFIED", "b", 12, 1),
        event("DELETED", "b", 13),
        event("MODIFIED", "a", 14, 2),
    ]
    assert known.take(events).told == [Put(key("a"), 2), Delete(key("b"))]


def test_what_may_be_late_is_doubted_and_not_told(known):
    known.take([event("DELETED", "b", 13)])
    assert known.take([event("MODIFIED", "b", 12)]).told == []
    assert known.is_in_doubt
    known.start_list()
    assert not known.is_in_doubt


def test_a_list_that_comes_as_a_stream(known):
    known.start_list()
    taken = known.take([event("ADDED", "c", 7, 3), event("ADDED", "a", 5), END,
                        event("ADDED", "d", 101, 4)])  # fmt: skip
    wanted = [Put(key("c"), 3), Delete(key("b")), Synced(), Put(key("d"), 4)]
    assert taken.told == wanted
    assert known.version == 101


def test_deleted_while_the_list_comes(known):
    known.start_list()
    events = [event("ADDED", "a", 5), event("ADDED", "b", 6), event("DELETED", "a", 99), END]
    assert known.take(events).told == [Delete(key("a")), Synced()]


def test_a_bookmark_moves_the_version_only(known):
    assert known.take([bookmark(50)]).told == []
    assert known.version == 50


def test_an_error_ends_it_and_what_came_before_counts(known):
    status = Raw(b'{"kind":"Status","code":410,"reason":"Expired","message":"too old"}')
    taken = known.take([event("ADDED", "c", 11), Event("ERROR", status), event("ADDED", "d", 12)])
    assert taken.told == [Put(key("c"), 0)]
    assert taken.error.code == 410


def test_after_a_step_back_in_time_all_is_told_again(known):
    known.doubt_versions()
    known.start_list()
    assert known.take_list([item("a", 5, value=9)]).told == [Put(key("a"), 9)]


def test_what_cannot_be_decoded_is_told_as_that(known):
    told = known.take([event("ADDED", "c", 11, "no number")]).told
    assert isinstance(told[0], Unread)
    assert told[0].key == key("c")
    assert "value" in told[0].reason


@pytest.mark.parametrize("raw", [b"{}", b"[]", b'{"metadata":{"name":"a","resourceVersion":"x1"}}'])
def test_what_is_no_object(known, raw):
    # What came before it is told all the same, or it never would be.
    taken = known.take([event("ADDED", "c", 11), Event("ADDED", Raw(raw))])
    assert taken.told == [Put(key("c"), 0)]
    assert isinstance(taken.error, GarbledError)
    taken = known.take_list([item("d", 12), Raw(raw)])
    assert taken.told == [Put(key("d"), 0)]
    assert isinstance(taken.error, GarbledError)


def test_nothing_is_left_when_the_kind_is_gone(known):
    assert known.drop_all() == [Delete(key("a")), Delete(key("b"))]
    assert known.is_empty


def history(chance, world, version):
    """One more event, and now and then twice."""
    name = chance.choice("abcdef")
    if name in world and chance.random() < 0.4:
        del world[name]
        events = [event("DELETED", name, version)]
    else:
        kind = "MODIFIED" if name in world else "ADDED"
        world[name] = version
        events = [event(kind, name, version, version)]
    return events * chance.choice((1, 1, 1, 2))


def believe(heard, told):
    for each in told:
        if isinstance(each, Put):
            heard[each.key] = each.object
        elif isinstance(each, Delete):
            del heard[each.key]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_told_adds_up_to_what_is_there(seed):
    """Any history, with repeats, in any batches, with lists in between."""
    chance = random.Random(seed)
    known, world, heard, events = Known(value_of), {}, {}, []
    for version in range(100, 500):
        if version == 100 or chance.random() < 0.02:
            known.start_list()
            listed = [item(name, at, value=at) for name, at in world.items()]
            believe(heard, known.take_list(listed).told)
            believe(heard, known.end_list(version - 1))
            events = []
        events += history(chance, world, version)
        if chance.random() < 0.2:
            believe(heard, known.take(events).told)
            events = []
    believe(heard, known.take(events).told)
    assert not known.is_in_doubt
    assert heard == {key(name): version for name, version in world.items()}
