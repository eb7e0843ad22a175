"""Values that must never be printed."""

import copy
import traceback

import msgspec
import pytest

from portico.model.opaque import Opaque, PrivateKey

SECRETS = [Opaque({"password": b"hunter2"}), PrivateKey(b"hunter2")]


@pytest.mark.parametrize("secret", SECRETS, ids=["values", "key"])
def test_no_way_of_printing_shows_the_value(secret: object) -> None:
    shown = [repr(secret), str(secret), f"{secret}", repr([secret]), repr({"a": secret})]
    assert not any("hunter2" in text for text in shown)
    assert "Secret(…)" in shown[0]
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)


def test_a_traceback_shows_no_value() -> None:
    with pytest.raises(KeyError) as caught:
        SECRETS[0]["missing"]  # type: ignore[index]
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_values_are_a_mapping() -> None:
    values = Opaque({"a": b"1", "b": b"2"})
    assert (len(values), list(values), values["b"]) == (2, ["a", "b"], b"2")
    assert values == Opaque({"b": b"2", "a": b"1"})
    assert values != Opaque({"a": b"1"})
    assert copy.copy(values) == values


def test_values_are_their_own() -> None:
    source = {"a": b"1"}
    values = Opaque(source)
    source["a"] = b"changed"
    assert values["a"] == b"1"


def test_keys_compare_by_value() -> None:
    assert PrivateKey(b"a") == PrivateKey(b"a")
    assert len({PrivateKey(b"a"), PrivateKey(b"a"), PrivateKey(b"b")}) == 2
    assert PrivateKey(b"a") != b"a"
