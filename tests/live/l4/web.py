"""HTTP from any space, and what its echo servers say of it."""

import json
from typing import Any

from support.client import Client, Response
from support.netns import Space


def get(
    space: Space, address: str, port: int, path: str = "/", host: str = "", *, tls: bool = False
) -> Response:
    """One request, on a connection of its own."""
    with space.entered():
        client = Client(port, tls=tls, sni=host or None, address=address)
    with client:
        return client.ask(path, host or address)


def told(answer: Response) -> dict[str, Any]:
    """What an echo server says: its name, its path, and the headers it got."""
    assert answer.status == 200, answer
    found = json.loads(answer.body)
    assert isinstance(found, dict)
    return found


def answered_by(space: Space, address: str, port: int, path: str = "/", host: str = "") -> str:
    """The name; the status, where it is not 200; or why there is no answer."""
    try:
        answer = get(space, address, port, path, host)
    except OSError as error:
        return type(error).__name__
    return str(told(answer)["name"]) if answer.status == 200 else str(answer.status)
