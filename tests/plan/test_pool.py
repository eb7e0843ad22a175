"""Pools, and what their keys say."""

import pytest

from portico.plan.key import POOL, Key
from portico.plan.pool import PoolName, Scope, pool_key, pool_name
from portico.plan.transport import Family, Transport

PLAIN = PoolName("shop", "web", 80, Transport.TCP, Family.IPV4, Scope.CLUSTER)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (PLAIN,                                      "shop/web/80/tcp/ipv4/cluster"),
        (PLAIN._replace(scope=Scope.LOCAL_NODES),    "shop/web/80/tcp/ipv4/local-nodes"),
        (PLAIN._replace(proxy_protocol=2),           "shop/web/80/tcp/ipv4/cluster/proxy-2"),
        (PLAIN._replace(transport=Transport.UDP),    "shop/web/80/udp/ipv4/cluster"),
        (PLAIN._replace(family=Family.IPV6),         "shop/web/80/tcp/ipv6/cluster"),
    ],
    ids=range(5),
)  # fmt: skip
def test_a_key_says_all_that_tells_pools_apart(name: PoolName, text: str) -> None:
    assert pool_key(name) == Key(POOL, text)
    assert pool_name(Key(POOL, text)) == name


def test_parts_are_of_their_types_again() -> None:
    found = pool_name(pool_key(PLAIN))
    assert (found.transport, found.family, found.scope) == (
        Transport.TCP, Family.IPV4, Scope.CLUSTER,
    )  # fmt: skip
    assert isinstance(found.port, int)
