"""From a field to its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.model.fault import Place
from portico.sources.locate import line_of
from portico.sources.places import line_in_file
from portico.sources.text.fields import field_of, steps_of
from portico.sources.text.outline import Outline

TEXT = b"""\
# a comment
apiVersion: v1
metadata:
  annotations: {"a/b": x, 'c"d': y,
    "e.f": z}
spec:
  rules:
  - host: a
    http:
      paths:
      - path: /
      -
        path: /b
  - &anchor
    host: b
  more: *anchor
---
---
# nothing above
kind: List
items:
- a: 1
- kind: ServiceList
  items:
    - b: 1

    - c: 1
---
{"kind": "List",
 "items": [
\t{"d": 1},
\t{"e":
\t\t2}]}
---
kind: ManyList
items: 7
"""

LINES = [
    (0, "", 2),
    (0, "apiVersion", 2),
    (0, 'metadata.annotations["a/b"]', 4),
    (0, 'metadata.annotations["e.f"]', 5),
    (0, 'metadata.annotations["c\\"d"]', 4),
    (0, "metadata.name", 3),
    (0, "spec.rules[0]", 8),
    (0, "spec.rules[0].host", 8),
    (0, "spec.rules[0].http.paths[1].path", 13),
    (0, "spec.rules[0].http.paths[1].backend.service", 13),
    (0, "spec.rules[0].http.paths[7]", 10),
    (0, "spec.rules[1].host", 15),
    (0, "spec.more.host", 16),
    (0, "nothing", 2),
    (0, "spec..rules", 6),
    (0, "spec.rules[", 7),
    (0, 'spec["\\x"]', 6),
    (1, "a", 22),
    (2, "b", 25),
    (3, "c", 27),
    (4, "d", 31),
    (5, "e", 32),
    (6, "items", 36),
    (7, "", 0),
    (-1, "", 0),
]


@pytest.mark.parametrize(("document", "field", "line"), LINES)
def test_line_of(document: int, field: str, line: int):
    assert line_of(TEXT, document, field) == line


def test_every_item_of_a_long_list():
    """As of a pool whose ranges are all wrong: one walk through the list, not one for each."""
    outline = Outline(b"a:\n" + b"- x\n" * 5000 + b"a: [y]\n")
    (root,) = outline.roots
    assert [outline.line(root, ("a", number)) for number in range(5000)] == [*range(2, 5002)]


def test_what_follows_a_mistake_has_no_line():
    assert line_of(b"a: 1\nb: [\nc: 2\n", 0, "a") == 1
    assert line_of(b"a: 1\n? [x]\n: 1\nb: 1", 0, "b") == 1
    assert line_of(b"a: " + b"[" * 5000, 0, "a") == 1
    assert line_of(b"\xff", 0, "a") == 0


@given(st.binary(max_size=100) | st.text("ab:-[]{}&*!\n ", max_size=50).map(str.encode), st.text())
def test_nothing_is_ever_raised(text: bytes, field: str):
    assert line_of(text, 0, field) >= 0


STEPS = st.lists(st.text(min_size=1, max_size=100) | st.integers(0, 999_999_999))


@given(STEPS)
def test_a_path_survives_being_written(steps: list[str | int]):
    assert list(steps_of(field_of(steps))) == steps


@pytest.mark.parametrize("field", ["a..b", "[", '["', '["a"', "[x]", ".a", '["\\q"]', "a]"])
def test_what_is_no_path_is_read_as_far_as_it_goes(field: str):
    assert len(list(steps_of(field))) <= 1


def test_line_in_file(tmp_path: Path):
    path = tmp_path / "a.yaml"
    assert line_in_file(Place(str(path)), "a") == 0
    path.write_bytes(TEXT)
    assert line_in_file(Place(str(path), 3), "c") == 27
    path.write_bytes(b"\n\n" + TEXT)
    assert line_in_file(Place(str(path), 3), "c") == 29
    assert line_in_file(Place("/dev/zero"), "c") == 0
    assert line_in_file(Place("a\0b"), "c") == 0
