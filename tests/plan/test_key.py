"""How units are addressed, and where things come from."""

import pytest

from portico.model.ref import Ref
from portico.plan.key import CATCH_ALL, SITE, Key, Origin

INGRESS = Ref("Ingress", "shop", "cart")


def test_a_key_reads_as_kind_and_name() -> None:
    assert str(Key(SITE, "shop.example")) == "site shop.example"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("spec.rules[0]", "Ingress shop/cart spec.rules[0]"),
        ("",              "Ingress shop/cart"),
    ],
)  # fmt: skip
def test_an_origin_names_the_object_and_the_field(field: str, text: str) -> None:
    assert str(Origin(INGRESS, field)) == text


def test_the_catch_all_site_has_no_name() -> None:
    assert Key("site", "") == CATCH_ALL
