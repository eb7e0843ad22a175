"""Who wins where several files show the same object, and what everybody is told."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from portico.model.core import ConfigMap
from portico.model.fact import Metadata
from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.sources.contract import Blame, Drop, Put
from portico.sources.folder.load import Entry, Found
from portico.sources.folder.shelf import Shelf


def ref(name: str) -> Ref:
    return Ref("ConfigMap", "default", name)


def entry(file: str, index: int, name: str, content: str, line: int = 0) -> Entry:
    fact = ConfigMap(metadata=Metadata(name=name), data={"x": content})
    return Entry(fact.ref, fact, Place(file, index), line)


def fault(file: str, name: str | None, severity: Severity = Severity.ERROR) -> Fault:
    return Fault(Place(file, 9), ref(name) if name else None, "x", "is bad", "mend", severity)


def show(shelf: Shelf, file: str, *names: str, bad: tuple[Fault, ...] = ()) -> list:
    """Each name is that of an object, and after a colon what is in it."""
    entries = []
    for index, text in enumerate(names):
        name, _, content = text.partition(":")
        entries.append(entry(file, index, name, content))
    return shelf.show(file, Found(tuple(entries), bad))


def test_nothing_is_told_twice():
    shelf = Shelf()
    assert len(show(shelf, "f", "a", "b")) == 2
    assert show(shelf, "f", "a", "b") == []
    bad = (fault("f", None),)
    assert show(shelf, "f", "a", "b", bad=bad) == [Blame("f", bad)]
    assert show(shelf, "f", "a", "b", bad=bad) == []
    assert show(shelf, "f", "a", "b") == [Blame("f", ())]


def test_an_object_that_only_moves_gets_another_place():
    shelf = Shelf()
    show(shelf, "f", "a", "b")
    moved = show(shelf, "f", "b", "a")
    assert {(event.fact.ref.name, event.place.document) for event in moved} == {("b", 0), ("a", 1)}


def test_a_fault_keeps_only_what_it_is_about():
    shelf = Shelf()
    show(shelf, "f", "a:1", "b:1", "c:1")
    events = show(shelf, "f", "a:2", bad=(fault("f", "b"),))
    assert [event for event in events if isinstance(event, Drop)] == [Drop(ref("c"))]
    events = show(shelf, "f", bad=(fault("f", None),))
    assert not any(isinstance(event, Drop) for event in events)
    events = show(shelf, "f", bad=(fault("f", None, Severity.NOTE),))
    assert {event.ref for event in events if isinstance(event, Drop)} == {ref("a"), ref("b")}


def test_what_is_kept_still_counts_as_shown():
    shelf = Shelf()
    show(shelf, "f", "a:1")
    show(shelf, "g", "a:2")
    show(shelf, "f", bad=(fault("f", "a"),))
    assert shelf.remove("g") == [Blame("g", ())]
    assert shelf.remove("f") == [Drop(ref("a")), Blame("f", ())]
    assert shelf.remove("f") == []


def test_losers_learn_when_the_winner_changes():
    shelf = Shelf()
    show(shelf, "g", "a:2")
    put, blame = show(shelf, "f", "a:1")
    assert put.place == Place("f", 0)
    assert blame.file == "g"
    assert blame.faults[0].severity is Severity.ERROR
    _, blame = show(shelf, "f", "a:2")
    assert blame.faults[0].severity is Severity.WARNING
    put, blame = shelf.remove("f")
    assert put.place == Place("g", 0)
    assert blame == Blame("g", ())


class World(NamedTuple):
    facts: dict
    faults: dict


def apply(world: World, events: list) -> None:
    for event in events:
        match event:
            case Put(fact, place):
                world.facts[fact.ref] = (fact.data["x"], place)
            case Drop(gone):
                del world.facts[gone]
            case Blame(file, faults):
                world.faults[file] = faults


OBJECTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("12")).map(":".join), max_size=4
)
EDITS = st.lists(st.tuples(st.sampled_from("fgh"), OBJECTS | st.none()), max_size=12)


@given(EDITS)
def test_what_was_told_is_what_one_would_say_who_saw_it_all_at_once(edits):
    shelf, world = Shelf(), World({}, {})
    files: dict[str, list[str]] = {}
    for file, objects in edits:
        if objects is None:
            files.pop(file, None)
            apply(world, shelf.remove(file))
        else:
            files[file] = objects
            apply(world, show(shelf, file, *objects))
    expected: dict[Ref, tuple[str, Place]] = {}
    doubles: dict[str, int] = dict.fromkeys("fgh", 0)
    for file in sorted(files):
        for index, text in enumerate(files[file]):
            name, _, content = text.partition(":")
            if ref(name) in expected:
                doubles[file] += 1
            expected.setdefault(ref(name), (content, Place(file, index)))
    assert world.facts == expected
    assert {file: len(world.faults.get(file, ())) for file in "fgh"} == doubles
