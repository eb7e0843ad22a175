"""How a Service wants the nodes behind a load balancer to be checked."""

import pytest

from compiler.world import short
from model.build import service
from portico.compiler.health_check import PREFIX, HealthCheck, health_check, unusable

LOCAL = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
TCP = {"port": 80, "nodePort": 32111}
UDP = {**TCP, "protocol": "UDP"}


def check(
    told: dict[str, str] | None = None, port: dict[str, object] = TCP, **spec: object
) -> HealthCheck:
    annotations = {PREFIX + name: text for name, text in (told or {}).items()}
    fact = service("cart", port, annotations=annotations, **spec)
    return health_check(fact, fact.spec.ports[0])


@pytest.mark.parametrize(
    ("spec", "port", "where"),
    [
        ({},                                        TCP, (10256, "/healthz")),
        ({},                                        UDP, (10256, "/healthz")),
        ({**LOCAL, "healthCheckNodePort": 32222},   TCP, (32222, "/healthz")),
        ({**LOCAL, "healthCheckNodePort": 32222},   UDP, (32222, "/healthz")),
        (LOCAL,                                     TCP, (32111, "")),
        (LOCAL,                                     UDP, (10256, "/healthz")),   # no connection
        (LOCAL,                             {"port": 80}, (10256, "/healthz")),
    ],
    ids=range(7),
)  # fmt: skip
def test_where_nodes_are_asked(
    spec: dict[str, object], port: dict[str, object], where: tuple[int, str]
) -> None:
    assert check(None, port, **spec) == HealthCheck(*where)


@pytest.mark.parametrize(
    ("told", "port", "where"),
    [
        ({"port": "8080"},                                TCP, (8080, "")),
        ({"port": "8080", "protocol": "TCP"},             TCP, (8080, "")),
        ({"port": "8080", "protocol": "HTTP"},            TCP, (8080, "/")),
        ({"port": "8080", "path": "/up"},                 TCP, (8080, "/up")),
        ({"port": "8080", "path": "/up", "protocol": "TCP"}, TCP, (8080, "")),
        ({"port": "8080", "protocol": "HTTPS"},           TCP, (8080, "")),   # no TLS: a connection
        ({"port": "8080"},                                UDP, (8080, "")),
        ({"port": "traffic-port"},                        TCP, (32111, "")),
        ({"path": "/up"},                                 TCP, (32111, "/up")),
        ({"protocol": "TCP"},                             TCP, (32111, "")),
        ({"protocol": "TCP"},                             UDP, (10256, "/healthz")),
        ({"interval": "5"},                               TCP, (10256, "/healthz")),
    ],
    ids=range(12),
)  # fmt: skip
def test_annotations_say_otherwise(
    told: dict[str, str], port: dict[str, object], where: tuple[int, str]
) -> None:
    assert check(told, port)[:2] == where


def test_how_often_and_how_strictly() -> None:
    told = {"interval": "5", "timeout": "1.5", "healthy-threshold": "3", "unhealthy-threshold": "4"}
    assert check(told) == (10256, "/healthz", 5.0, 1.5, 3, 4)
    assert unusable({PREFIX + name: text for name, text in told.items()}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("interval", "often"), ("interval", "0"), ("interval", "-1"), ("interval", "301"),
        ("interval", "nan"), ("interval", "inf"), ("interval", ""), ("timeout", "5s"),
        ("healthy-threshold", "0"), ("healthy-threshold", "1.5"), ("healthy-threshold", "101"),
        ("unhealthy-threshold", "two"), ("unhealthy-threshold", "²"),
        ("port", "0"), ("port", "65536"), ("port", "web"), ("port", "1" * 10_000), ("port", "-1"),
        ("protocol", "http"), ("protocol", ""), ("protocol", "ICMP"),
        ("path", ""), ("path", "up"), ("path", "/a b"), ("path", "/a\r\nHost: x"), ("path", "/é"),
    ],
    ids=short,
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_not_obeyed(name: str, text: str) -> None:
    assert unusable({PREFIX + name: text}) == [PREFIX + name]
    assert check({name: text}) == HealthCheck(10256, "/healthz")


def test_other_annotations_are_nothing_to_this() -> None:
    others = {PREFIX + "success-codes": "200-399", "example.com/interval": "often"}
    assert unusable(others) == []
