"""Which texts can be the host of a rule."""

import pytest

from compiler.world import short
from portico.compiler.lower.host import is_host


@pytest.mark.parametrize(
    "text",
    [
        "shop.example", "shop", "a-b.c-d.example", "xn--bcher-kva.example", "1.shop.example",
        "*.shop.example", "*.example", "123", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.a",
        "a" * 63 + ".example", ".".join(["a" * 49] * 5) + ".abc",
    ],
)  # fmt: skip
def test_hosts(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "*.", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "Shop.example", "a b", "a:80",
        "a/b", "*a.example", "a.*.example", "*.*.example", "**.example",
        "a.example\n", "\na", "a\0", "é.example", "\ud800", "\uff11.example",
        "$host", 'a"', "a;b", "{}", "1.2.3.4", "01.2.3.4", "255.255.255.255", "[::1]", "::1",
        "a" * 64 + ".example", ".".join(["a" * 49] * 5) + ".abcd", "a." * 500_000,
    ],
    ids=short,
)  # fmt: skip
def test_no_hosts(text: str) -> None:
    assert not is_host(text)
