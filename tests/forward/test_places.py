"""What --address means."""

import pytest

from portico.forward.errors import UsageError
from portico.forward.places import BOTH, Place, parse_places


@pytest.mark.parametrize(
    ("texts", "addresses"),
    [
        (["localhost"],               ["127.0.0.1", "::1"]),
        (["10.0.0.1,localhost"],      ["10.0.0.1", "127.0.0.1", "::1"]),
        (["::1", "127.0.0.1"],        ["127.0.0.1", "::1"]),       # sorted by text
        (["0.0.0.0", "0.0.0.0"],      ["0.0.0.0"]),
        (["127.000.0.01"],            ["127.0.0.1"]),              # Go's sloppy reading
        (["127.0.0.1, ::1"],          ["127.0.0.1", "::1"]),
        (["0:0:0:0:0:0:0:1"],         ["::1"]),
    ],
)  # fmt: skip
def test_addresses(texts, addresses):
    assert [place.address for place in parse_places(texts)] == addresses


def test_only_localhost_does_without_a_family():
    assert parse_places(["localhost"]) == BOTH
    assert all(place.is_optional for place in BOTH)
    assert parse_places(["localhost,::1"]) == (BOTH[0], Place("::1"))
    assert parse_places(["::1,localhost"]) == (BOTH[0], Place("::1"))


@pytest.mark.parametrize("text", ["example.com", "1.2.3", "127.0.0.1,", "[::1]", "fe80::1%"])
def test_texts_that_are_none(text):
    with pytest.raises(UsageError, match="is not a valid IP"):
        parse_places([text])


def test_no_address_at_all():
    with pytest.raises(UsageError, match="at least 1 address"):
        parse_places([""])


def test_names_as_they_are_printed():
    assert Place("127.0.0.1").named(80) == "127.0.0.1:80"
    assert Place("::1").named(80) == "[::1]:80"
    assert [Place(each).is_loopback for each in ("127.8.0.1", "::1", "0.0.0.0", "::")] == [
        True, True, False, False,
    ]  # fmt: skip
