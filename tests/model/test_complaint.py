"""The decoder's messages in the words of whoever wrote the document."""

import pytest

from portico.model.complaint import Complaint, complaint, member

PORT = "is not a port number"


@pytest.mark.parametrize(
    ("message", "field", "reason"),
    [
        ("Expected `str`, got `int` - at `$.spec.rules[0].host`",
         "spec.rules[0].host", "must be text, not a whole number"),
        ("Expected `int | str`, got `array` - at `$.spec.ports[1].targetPort`",
         "spec.ports[1].targetPort", "must be a whole number or text, not a list"),
        ("Expected `int | null`, got `float` - at `$.number`",
         "number", "must be a whole number, not a fraction"),
        ("Expected `object | null`, got `str` - at `$.spec`",
         "spec", "must be a mapping, not text"),
        ("Expected `array`, got `object` - at `$.spec.rules`",
         "spec.rules", "must be a list, not a mapping"),
        ("Expected `bool`, got `str` - at `$.ready`",
         "ready", "must be true or false, not text"),
        ("Expected `object`, got `null` - at `$.ports[0]`",
         "ports[0]", "must be a mapping, not nothing"),
        ("Expected `str`, got `set` - at `$.spec.type`",          # YAML's !!set
         "spec.type", "must be text, not set"),
        ("Expected `str`, got `int` - at `key` in `$.metadata.labels`",
         "metadata.labels", "has a key that is not text"),
        ("Expected `str` - at `key` in `$`",
         "", "has a key that is not text"),
        ("Object missing required field `name` - at `$.metadata`",
         "metadata.name", "is missing"),
        ("Object missing required field `metadata`",
         "metadata", "is missing"),
        ("Expected `int` <= 65535 - at `$.port`", "port", PORT),
        ("Expected `int` >= 1 - at `$.targetPort`", "targetPort", PORT),
        ("Expected `int` <= 16384 - at `$.peerPort`", "peerPort", "must be 16384 or less"),
        ("Expected `int` >= -1 - at `$.listenPort`", "listenPort", "must be -1 or more"),
        ("Expected `int` <= 86400 - at `$.timeoutSeconds`", "timeoutSeconds",
         "must be 86400 or less"),
        ("Expected `str` matching regex '`- at' - at `$.metadata.name`",
         "metadata.name", "is not a name"),
        ("Expected `str` of length <= 63 - at `$.metadata.namespace`",
         "metadata.namespace", "is not a namespace"),
        ("Something new - at `$.spec`", "spec", "Something new"),
    ],
)  # fmt: skip
def test_translates(message: str, field: str, reason: str) -> None:
    found = complaint(message, {})
    assert (found.field, found.reason) == (field, reason)
    assert found.hint


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("Expected `str`, got `int` - at `$.host`",   'put it in quotes, as in "80"'),
        ("Expected `str`, got `array` - at `$.host`", "write a single value"),
        ("Expected `int`, got `str` - at `$.port`",   "write digits, without quotes"),
        ("Expected `array`, got `str` - at `$.tls`",  "each item starts with '- '"),
    ],
)  # fmt: skip
def test_hints_say_what_to_write(message: str, hint: str) -> None:
    assert complaint(message, {}).hint == hint


def test_names_the_entry_of_a_mapping_that_is_wrong() -> None:
    document = {"metadata": {"labels": {"good": "x", "bad": 5, "worse": 6}}}
    found = complaint("Expected `str`, got `int` - at `$.metadata.labels[...]`", document)
    assert found.field == 'metadata.labels["bad"]'


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("tls.crt",  'data["tls.crt"]'),
        ('a"b',      r'data["a\"b"]'),
        ("a\nb\0",   r'data["a\nb\u0000"]'),
        ("\ud800",   r'data["\ud800"]'),
        ("x" * 300,  f'data["{"x" * 200}\\u2026 (300 characters)"]'),
    ],
    ids=["plain", "quote", "control", "surrogate", "long"],
)  # fmt: skip
def test_a_path_stays_on_one_line_whatever_the_key(key: str, field: str) -> None:
    assert member("data", key) == field


def test_a_complaint_reads_as_a_sentence() -> None:
    found = Complaint("spec.rules", "must be a list, not text", "each item starts with '- '")
    assert f"{found.field} {found.reason}" == "spec.rules must be a list, not text"
