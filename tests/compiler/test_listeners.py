"""Listeners come from the settings alone."""

import pytest

from compiler.world import compiled
from portico.compiler.listeners import listeners
from portico.plan.listener import HTTP, HTTPS
from portico.settings import Room, Settings


@pytest.mark.parametrize(
    ("http", "https", "expected"),
    [
        (80,   443,  [("http", 80, False, 443), ("https", 443, True, 443)]),
        (8080, 8443, [("http", 8080, False, 443), ("https", 8443, True, 443)]),
        (80,   0,    [("http", 80, False, 443)]),
        (0,    443,  [("https", 443, True, 443)]),
        (0,    0,    []),
    ],
)  # fmt: skip
def test_one_per_port_that_is_switched_on(
    http: int, https: int, expected: list[tuple[str, int, bool, int]]
) -> None:
    found = dict(listeners(Settings(http_port=http, https_port=https)))
    assert [(key.name, u.port, u.tls, u.redirect_port) for key, u in found.items()] == expected


def test_without_the_http_room_there_are_none() -> None:
    assert list(listeners(Settings(rooms=frozenset({Room.L4})))) == []


def test_they_are_in_every_plan() -> None:
    assert set(compiled()) == {HTTP, HTTPS}
