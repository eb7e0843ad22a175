"""Other people's texts in messages."""

import pytest

from portico.lib.shorten import shortened, shown


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("",      3, ""),
        ("abc",   3, "abc"),
        ("abcd",  3, "abc… (4 characters)"),
    ],
)  # fmt: skip
def test_long_texts_keep_their_beginning_and_tell_their_length(
    text: str, limit: int, expected: str
) -> None:
    assert shortened(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop/cart",  "shop/cart"),
        ("é and 日本",  "é and 日本"),
        ("",           "''"),                # visible, though there is nothing to see
        ("a\nb",       r"'a\nb'"),
        ("a\0b",       r"'a\x00b'"),
        ("\ud800",     r"'\ud800'"),         # half a character, which no terminal could be sent
        ("\u202ekool", r"'\u202ekool'"),     # would turn the rest of the line around
    ],
)  # fmt: skip
def test_what_cannot_be_printed_on_a_line_is_quoted(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert shown(text).encode()


def test_a_megabyte_is_not_repeated() -> None:
    assert len(shown("\n" * 1_000_000)) < 1000
