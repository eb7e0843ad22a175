"""Secrets: values decoded, certificates checked against their keys."""

import base64

import pytest

from model.build import Document, document, fact, secret
from model.certificates import pair
from portico.model.core import Secret
from portico.model.decode import Trouble, decode

LEAF = pair("a.example")
OTHER = pair("b.example")


def of(**fields: object) -> Document:
    return document("v1", "Secret", "tls", "shop", **fields)


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def test_a_certificate_is_parsed() -> None:
    found = secret("tls", LEAF)
    assert found.key_pair
    assert found.key_pair.names == ("a.example",)
    assert found.values["tls.crt"] == LEAF.chain


@pytest.mark.parametrize("kind", ["Opaque", "kubernetes.io/tls"])
def test_plain_text_counts_as_well(kind: str) -> None:
    found = fact(
        of(type=kind, stringData={"tls.crt": LEAF.chain.decode(), "tls.key": LEAF.key.decode()})
    )
    assert found == Secret(
        metadata=found.metadata, type=kind, values=secret("tls", LEAF).values,
        key_pair=secret("tls", LEAF).key_pair,
    )  # fmt: skip


def test_plain_text_wins_over_base64() -> None:
    found = fact(of(data={"a": encoded(b"old")}, stringData={"a": "new"}))
    assert isinstance(found, Secret)
    assert found.values["a"] == b"new"
    assert found.key_pair is None


def test_base64_may_be_wrapped() -> None:
    found = fact(of(data={"a": "aGVs\n  bG8=\n"}))
    assert isinstance(found, Secret)
    assert found.values["a"] == b"hello"


TLS: Document = {"type": "kubernetes.io/tls"}
EMPTY: Document = {"data": {"tls.crt": "", "tls.key": encoded(LEAF.key)}}
FOREIGN: Document = {
    "data": {"tls.crt": encoded(LEAF.chain)},
    "stringData": {"tls.key": OTHER.key.decode()},
}
NOT_TEXT = "must be text, not a whole number"
NOT_ITS_KEY = "does not belong to the first certificate of tls.crt"


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"data": {"a": "hello!"}},         'data["a"]',          "is not base64"),
        ({"data": {"a": "aGVsbG8"}},        'data["a"]',          "is not base64"),  # no padding
        ({"data": {"a": "é"}},              'data["a"]',          "is not base64"),
        ({"data": {"a": "\ud800"}},         'data["a"]',          "is not base64"),
        ({"data": {"a": 5}},                'data["a"]',          NOT_TEXT),
        ({"data": []},                      "data",               "must be a mapping, not a list"),
        ({"stringData": {"a\n": "\ud800"}}, r'stringData["a\n"]', "is not text"),
        (TLS,                               'data["tls.crt"]',    "is missing"),
        (TLS | {"data": {"tls.crt": ""}},   'data["tls.key"]',    "is missing"),
        (EMPTY | {"stringData": {"x": "y"}}, 'data["tls.crt"]',   "is not a PEM certificate"),
        (EMPTY,                             'data["tls.crt"]',    "is not a PEM certificate"),
        (FOREIGN,                           'stringData["tls.key"]', NOT_ITS_KEY),
    ],
    ids=[
        "no base64", "no padding", "not ASCII", "surrogate", "number", "list", "plain surrogate",
        "nothing", "no key", "empty and more", "empty", "foreign key",
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_field(fields: Document, field: str, reason: str) -> None:
    found = decode(of(**fields))
    assert isinstance(found, Trouble)
    assert (found.field, found.reason) == (field, reason)
    assert found.ref == secret("tls", None).ref


def test_no_message_repeats_a_value() -> None:
    found = decode(of(data={"tls.crt": encoded(b"hunter2"), "tls.key": encoded(b"hunter2")}))
    assert "hunter2" not in repr(found)
    assert "hunter2" not in repr(fact(of(stringData={"password": "hunter2"})))
