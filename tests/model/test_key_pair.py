"""Which hosts a certificate is good for."""

import pytest

from model.certificates import pair
from portico.model.key_pair import KeyPairError, names_covering, parse_key_pair


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("shop.example",     True),
        ("a.shop.example",   True),
        ("*.shop.example",   True),    # a wildcard site under a wildcard certificate
        ("a.b.shop.example", False),   # a wildcard is one label
        ("example",          False),
        ("other.example",    False),
        ("*.example",        False),
        ("",                 False),
        (".shop.example",    False),
    ],
)  # fmt: skip
def test_covers(host: str, is_covered: bool) -> None:
    assert parse_key_pair(*pair("shop.example", "*.shop.example")).covers(host) is is_covered


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("a.b.example", ("a.b.example", "*.b.example")),
        ("localhost",   ("localhost",)),
        ("",            ("",)),
        (".",           (".",)),
        ("a.",          ("a.",)),
    ],
)  # fmt: skip
def test_names_covering(host: str, names: tuple[str, ...]) -> None:
    assert names_covering(host) == names


def test_an_error_says_which_value_is_to_blame() -> None:
    with pytest.raises(KeyPairError, match="is not a PEM certificate") as caught:
        parse_key_pair(b"", pair("a.example").key)
    assert caught.value.field == "tls.crt"
    assert caught.value.hint
