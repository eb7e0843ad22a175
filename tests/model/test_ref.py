"""Names of facts."""

import pytest

from portico.model.ref import Group, Ref


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (Ref("Ingress", "shop", "cart"),   "Ingress shop/cart"),
        (Ref("IngressClass", "", "nginx"), "IngressClass nginx"),
    ],
)  # fmt: skip
def test_reads_like_kubectl(ref: Ref, text: str) -> None:
    assert str(ref) == text


def test_a_group_is_no_ref() -> None:
    assert not isinstance(Group("EndpointSlice", "service", "shop/cart"), Ref)
