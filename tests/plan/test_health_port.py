"""A health check node port."""

from portico.plan.health_port import health_port_key


def test_the_key_is_the_port() -> None:
    assert str(health_port_key(32222)) == "healthPort 32222"
