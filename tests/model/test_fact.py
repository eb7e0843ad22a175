"""What all facts have in common."""

import msgspec
import pytest

from model.build import ingress_class, service
from portico.model.fact import Label, Metadata, Name, Timestamp
from portico.model.ref import Ref


def test_a_fact_without_namespace_is_in_default() -> None:
    assert service("cart", namespace="").ref == Ref("Service", "default", "cart")


def test_a_cluster_scoped_fact_has_no_namespace() -> None:
    assert ingress_class("nginx", "k8s.io/ingress-nginx").ref == Ref("IngressClass", "", "nginx")


def test_most_facts_are_in_no_group() -> None:
    assert service().groups() == frozenset()


def test_defaults_are_not_shared() -> None:
    one, two = Metadata(name="a"), Metadata(name="b")
    assert one.labels is not two.labels
    assert one.annotations is not two.annotations
    assert one.labels is not one.annotations


@pytest.mark.parametrize(
    ("kind", "text", "is_valid"),
    [
        ("name",  "cart",                      True),
        ("name",  "cart.v1-2.0",               True),
        ("name",  "a" * 253,                   True),
        ("name",  "a" * 254,                   False),
        ("name",  "",                          False),
        ("name",  "Cart",                      False),
        ("name",  "cart\n",                    False),
        ("name",  "-cart",                     False),
        ("name",  "cart.",                     False),
        ("name",  "a/b",                       False),
        ("name",  "a\0",                       False),
        ("name",  "é",                         False),
        ("label", "shop",                      True),
        ("label", "",                          True),   # no namespace: the default one
        ("label", "a" * 63,                    True),
        ("label", "a" * 64,                    False),
        ("label", "a.b",                       False),
        ("label", "shop\n",                    False),
        ("time",  "",                          True),
        ("time",  "2026-01-31T12:00:00Z",      True),
        ("time",  "2026-01-31T12:00:00.25Z",   True),
        ("time",  "2026-01-31T12:00:00+01:00", False),
        ("time",  "2026-01-31",                False),
        ("time",  "2026-01-31T12:00:00Z\n",    False),
        ("time",  "\uff12026-01-31T12:00:00Z", False),  # a full-width digit
    ],
)  # fmt: skip
def test_names_and_times_are_checked_at_the_door(kind: str, text: str, is_valid: bool) -> None:
    try:
        msgspec.convert(text, {"name": Name, "label": Label, "time": Timestamp}[kind])
    except msgspec.ValidationError:
        assert not is_valid
    else:
        assert is_valid


def test_a_megabyte_of_almost_a_name_is_refused_quickly() -> None:
    for text in ("a" * 1_000_000, "a." * 126 + "!", "-" * 253):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, Name)


def test_facts_compare_by_value_and_do_not_change() -> None:
    assert service() == service()
    with pytest.raises(AttributeError):
        service().spec = None  # type: ignore[misc]
