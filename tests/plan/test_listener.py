"""Where clients connect."""

from portico.plan.listener import HTTP, HTTPS, Listener


def test_the_two_listeners_have_their_own_keys() -> None:
    assert HTTP != HTTPS
    assert Listener(HTTP, ("::",), 80, tls=False, redirect_port=80).refused == ()
