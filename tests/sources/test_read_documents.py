"""What becomes of the text of a file."""

import json
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portico.model.fault import Severity
from portico.sources.documents import Reading, read_documents
from portico.sources.locate import line_of


def read(text: str | bytes) -> Reading:
    return read_documents(text if isinstance(text, bytes) else text.encode(), "f.yaml")


def value(text: str | bytes) -> object:
    reading = read(text)
    assert reading.faults == ()
    (document,) = reading.documents
    return document.value


def fault(text: str | bytes):
    reading = read(text)
    (found,) = reading.faults
    return found


SCALARS = [
    # as sigs.k8s.io/yaml reads them
    ("true", True),
    ("Yes", True),
    ("on", True),
    ("y", True),
    ("FALSE", False),
    ("off", False),
    ("n", False),
    ("tRUE", "tRUE"),
    ("80", 80),
    ("-80", -80),
    ("+80", 80),
    ("0", 0),
    ("010", 8),
    ("0o10", 8),
    ("08", 8),
    ("0x1F", 31),
    ("0b101", 5),
    ("-0b101", -5),
    ("1_000", 1000),
    ("1e3", 1000),
    ("1.50", 1.5),
    (".5", 0.5),
    ("5.", 5),
    ("-.5", -0.5),
    ("80.0", 80),
    ("1e400", "1e400"),
    ("-", None),
    ("1.2.3", "1.2.3"),
    ("12:30", "12:30"),
    ("10.0.0.1", "10.0.0.1"),
    ("2024-01-01", "2024-01-01"),
    ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
    ("=", "="),
    ("'80'", "80"),
    ('"yes"', "yes"),
    ("!!str 80", "80"),
    ("! 80", "80"),
    ("!!int 80", 80),
    ("!!float 80", 80),
    ('!!bool "yes"', True),
    ("!!timestamp 2024-01-01", "2024-01-01"),
    ("|\n  text\n  more", "text\nmore"),
    ('"\\u00e4\\x41"', "äA"),
]


@pytest.mark.parametrize(("text", "expected"), [each for each in SCALARS if each[0] != "-"])
def test_scalars(text: str, expected: object):
    found = value(f"a: {text}")
    assert found == {"a": expected}
    assert type(found["a"]) is type(expected)


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "!!null ''"])
def test_a_field_that_is_null_is_not_there(text: str):
    assert value(f"a: {text}\nb: [{{c: {text}, d: 1}}]") == {"b": [{"d": 1}]}
    assert value('{"a": null, "b": [null, {"c": null}]}') == {"b": [None, {}]}


def test_a_number_of_many_digits_takes_no_time():
    assert value(f"a: {'9' * 100_000}") == {"a": "9" * 100_000}
    assert value(f'{{"a": {"9" * 100_000}}}') == {"a": "9" * 100_000}
    assert value("a: 99999999999999999999999") == {"a": 99999999999999999999999}


KEYS = [
    ("80: x", {"80": "x"}),
    ("010: x", {"010": "x"}),
    ("'null': x", {"null": "x"}),
    ("!!str 1: x", {"1": "x"}),
    ("on: x\nyes: x\ny: x", {"on": "x", "yes": "x", "y": "x"}),
    ('"": x', {"": "x"}),
]


@pytest.mark.parametrize(("text", "expected"), KEYS)
def test_keys(text: str, expected: object):
    assert value(text) == expected


REFUSED = [
    # text, field, line, part of the reason, part of the hint
    ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3", "b.c", 5, "the key c stands twice", "is in line 3"),
    ('{"a": {\n"b": 1,\n"b": 2}}', "a.b", 3, "the key b stands twice", "is in line 2"),
    ("'<<': 1\n<<: {a: 1}", '["<<"]', 2, "stands twice", ""),
    ("a:\n  ~: x", "a", 2, "a field has no name", '"null"'),
    ("!!set a: 1", "", 1, "the tag !!set", "remove"),
    ("? [a]\n: b", "", 1, "a key is a mapping, a list or an alias", ""),
    ("a: &x b\n*x : c", "", 2, "a key is a mapping, a list or an alias", ""),
    ("a:\n  b: .inf", "a.b", 2, ".inf is not a number", "quotes"),
    ("a: -.Inf", "a", 1, "is not a number", "quotes"),
    ("a: .NaN", "a", 1, "is not a number", "quotes"),
    ("a:\n- !!python/object:os.system x", "a[0]", 2, "the tag !!python/object:os.system", "remove"),
    ("a: !custom {b: 1}", "a", 1, "the tag !custom", "remove"),
    ("a: !!binary eA==", "a", 1, "the tag !!binary", "remove"),
    ("a: !!set {b}", "a", 1, "the tag !!set", "remove"),
    ("a: !!int x", "a", 1, "does not fit its tag !!int", ""),
    ("a: !!int yes", "a", 1, "does not fit its tag !!int", ""),
    ("a: *b", "a", 1, "stands for nothing", "&name"),
    ("a: &a [*a]", "a[0]", 1, "stands inside what it stands for", ""),
    ("a: &a {b: *a}", "a.b", 1, "stands inside what it stands for", ""),
    ("a: {<<: 1}", "a", 1, "<< takes a mapping", "alias"),
    ("a: {<<: [{}, 1]}", "a", 1, "<< takes a mapping", "alias"),
    ("host: {{ .Values.host }}", "host", 1, "", "helm template"),
    ("- a\n- b", "", 1, "is not a mapping", "apiVersion"),
    ("[1]", "", 1, "is not a mapping", "apiVersion"),
    ("text", "", 1, "is not a mapping", "apiVersion"),
]


@pytest.mark.parametrize(("text", "field", "line", "reason", "hint"), REFUSED)
def test_what_is_refused_of_a_document(text, field, line, reason, hint):
    found = fault(text)
    assert (found.field, found.line) == (field, line)
    assert reason in found.reason
    assert hint in found.hint
    around = read(f"before: 1\n---\n{text}\n---\nafter: 1") if text[0] not in "{[" else None
    if around:
        assert [document.value for document in around.documents] == [{"before": 1}, {"after": 1}]
        assert [document.index for document in around.documents] == [0, 2]
        assert [each.place.document for each in around.faults] == [1]


BROKEN = [
    ("a: b: c", 1, "quotes"),
    ("a: 1\nb:\n\tc: 1", 3, "spaces"),
    ('a: 1\nb: "x\nc: 1\n', 2, "never closed"),
    ("a: 1\n b: 2", 2, ""),
    ("a:\n- b\nc\n", 3, "key: value"),
    ("a: [1\nb: 2", 2, "bracket"),
    ("a: @x", 1, "quotes"),
    ('a: "\\q"', 1, "backslash"),
    ("- a\nb: c", 2, "same column"),
    ("{{- if .x }}\na: 1\n{{- end }}", 1, "helm template"),
    ("a: 1\n{{ include }}\nb: 1", 2, "helm template"),
    ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x", 2, "merge conflict"),
    ('{"a": 1}\n{"b": 2}', 2, "three dashes"),
    ('{"a": "\\ud800"}', 1, ""),
    ("a: \x07", 1, "escape"),
    ("a: 1\nb: \0", 2, "cut off"),
    (b"a: 1\nb: \xe4", 2, "UTF-8"),
    (b"a: \xed\xa0\x80", 1, "UTF-8"),
    (b"\xff\xfea\x00:\x00\x00", 1, "UTF-8"),
    ("[" * 200, 1, "no object"),
    ("{a: " * 200, 1, "no object"),
    ("a: &a 1\na: 2\nb: " + "[" * 200, 2, "no object"),
]


@pytest.mark.parametrize(("text", "line", "hint"), BROKEN)
def test_a_broken_text_is_not_taken_in_part(text, line, hint):
    raw = text if isinstance(text, bytes) else text.encode()
    before = b"" if raw.startswith((b"\xff", b"{")) else b"good: 1\n---\n"
    reading = read(before + raw)
    assert reading.documents == ()
    (found,) = reading.faults
    assert found.line == line + before.count(b"\n")
    assert hint in found.hint
    assert found.reason
    assert found.severity is Severity.ERROR


NOTHING = ["# only words\n", "---\n---\n", "---\n# x\n...\n", "~", "kind: List\nitems: []"]


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_no_mistake(text: str):
    assert read(text) == Reading((), ())


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_file_may_be_one(text: str):
    found = fault(text)
    assert found.severity is Severity.WARNING
    assert found.ref is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", ["kind: Ä\n", '{"kind": "Ä"}'])
def test_encodings(encoding: str, text: str):
    assert value(text.encode(encoding)) == {"kind": "Ä"}


def test_json_is_read_by_the_rules_of_yaml():
    text = '\n\n{"a": 1.0, "b": "\\ud83d\\ude00\\/", "c": 1.5, "d": 1e2}'
    assert value(text) == {"a": 1, "b": "😀/", "c": 1.5, "d": 100}
    assert read(text).documents[0].line == 3
    assert value('{"a": NaN}') == {"a": "NaN"}
    assert value("{a: 1}  # YAML all the same") == {"a": 1}


def test_lines_and_indices():
    documents = read("# first\na: 1\n---\n\n---\n# x\n\nb: 2\n").documents
    assert [(each.index, each.line, each.value) for each in documents] == [
        (0, 2, {"a": 1}),
        (1, 8, {"b": 2}),
    ]


class TestMerge:
    def test_own_keys_win_and_the_first_of_a_list(self):
        text = "a: &a {x: 1, y: 1, z: 1}\nb: &b {x: 2, w: 2}\nc: {<<: [*b, *a], y: 3, z: null}"
        assert value(text)["c"] == {"x": 2, "w": 2, "y": 3}

    def test_one_mapping(self):
        assert value("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2")["b"] == {"x": 1, "y": 2}

    def test_in_quotes_it_is_a_key(self):
        assert value("'<<': {x: 1}") == {"<<": {"x": 1}}


class TestAliases:
    def test_stand_for_any_value(self):
        text = "a: &a [1]\nb: *a\nc: &c x\nd: *c"
        assert value(text) == {"a": [1], "b": [1], "c": "x", "d": "x"}

    def test_end_with_their_document(self):
        reading = read("a: &a 1\n---\nb: *a")
        assert len(reading.faults) == 1

    def test_a_bomb_does_not_go_off(self):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
        tracemalloc.start()
        found = fault("\n".join(lines))
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
        tracemalloc.stop()
        assert "stand for more than 100000 values" in found.reason


class TestLists:
    def test_count_as_their_items(self):
        text = "a: 1\n---\nkind: List\nitems:\n- {b: 2}\n- kind: List\n  items: [{c: 3}]\n---\nd: 4"
        found = [(each.index, each.value) for each in read(text).documents]
        assert found == [(0, {"a": 1}), (1, {"b": 2}), (2, {"c": 3}), (3, {"d": 4})]

    def test_of_one_kind_say_which(self):
        text = {"kind": "ServiceList", "apiVersion": "v1", "items": [{"a": 1}, {"kind": "X"}]}
        found = [each.value for each in read(json.dumps(text)).documents]
        assert found == [
            {"apiVersion": "v1", "kind": "Service", "a": 1},
            {"apiVersion": "v1", "kind": "X"},
        ]

    def test_may_hold_what_is_no_object(self):
        reading = read("kind: List\nitems: [1, {a: 1}, ~]")
        assert [each.index for each in reading.documents] == [1]
        assert [each.place.document for each in reading.faults] == [0, 2]

    def test_a_kind_may_end_like_one(self):
        assert value("kind: AllowList\nspec: 1") == {"kind": "AllowList", "spec": 1}


def test_ten_megabytes_of_one_document():
    text = "kind: ConfigMap\ndata:\n" + "".join(f"  k{n}: {'v' * 90}\n" for n in range(100_000))
    assert len(value(text)["data"]) == 100_000


def test_json_that_is_nested_too_deeply():
    assert "deeper than" in fault('{"a": ' * 50_000).reason
    assert "deeper than" in fault('{"a": ' * 50_000 + "1" + "}" * 50_000).reason


def test_too_large():
    assert "64 MiB" in fault(b"a" * (64 * 1024 * 1024 + 1)).reason


MANIFESTS = st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,<\n\t 01.~\\\0é", max_size=60)


@given(st.binary(max_size=200) | MANIFESTS.map(str.encode) | st.text(max_size=50).map(str.encode))
@example(b"a: &a [*a]")
@example(b"%YAML 1.1\n---\n")
@example(b"--- !<tag:yaml.org,2002:map> {}")
@example(b"kind: xList\nitems: [[]]")
def test_nothing_is_ever_raised(text: bytes):
    reading = read_documents(text, "f")
    places = [each.index for each in reading.documents]
    places += [each.place.document for each in reading.faults]
    assert len(set(places)) == len(places)
    for document in reading.documents:
        json.dumps(document.value)
        assert (
            0
            <= line_of(text, document.index, "a[0].b")
            <= text.count(b"\n") + 1 + text.count(b"\r")
        )
    for each in reading.faults:
        assert each.reason.isprintable() or "\n" not in each.reason
        assert each.line >= 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_is_what_json_says(original: object):
    text = json.dumps({"a": original}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    reading = read_documents(text, "f")
    if reading.documents:
        assert reading.documents[0].value == without_nulls({"a": original})


def without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value
