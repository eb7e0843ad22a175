"""The address families of a Service."""

import pytest

from model.build import service
from portico.compiler.lower.service_families import cluster_addresses, families_of

V4, V6 = "ipv4", "ipv6"


@pytest.mark.parametrize(
    ("spec", "families", "is_assumed"),
    [
        ({},                                                    [V4, V6], True),
        ({"ipFamilies": ["IPv6"]},                              [V6],     False),
        ({"ipFamilies": ["IPv6", "IPv4"]},                      [V4, V6], False),
        ({"ipFamilies": ["IPX"]},                               [V4, V6], True),
        ({"clusterIP": "10.96.0.1"},                            [V4],     False),
        ({"clusterIP": "fd00::1"},                              [V6],     False),
        ({"clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1", "fd00::1"]}, [V4, V6], False),
        ({"clusterIP": "fd00::1", "ipFamilies": ["IPv4"]},      [V4, V6], False),
        ({"clusterIP": "odd"},                                  [V4, V6], True),
    ],
    ids=range(9),
)  # fmt: skip
def test_families(spec: dict[str, object], families: list[str], is_assumed: bool) -> None:
    assert families_of(service(**spec)) == (families, is_assumed)  # type: ignore[arg-type]


def test_the_singular_field_counts_where_the_plural_is_missing() -> None:
    assert list(cluster_addresses(service(clusterIP="10.96.0.1"))) == [
        ("10.96.0.1", "spec.clusterIP")
    ]
    both = service(clusterIP="10.96.0.1", clusterIPs=["10.96.0.1"])
    assert list(cluster_addresses(both)) == [("10.96.0.1", "spec.clusterIPs[0]")]
