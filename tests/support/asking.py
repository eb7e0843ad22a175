"""Questions to a real nginx, in few words."""

import json
from typing import Any

from support.client import Client, Response
from support.nginx import Live


def ask(live: Live, path: str = "/", host: str = "shop.example", **how: Any) -> Response:
    """One request over plain HTTP, on a connection of its own."""
    with Client(live.http_port) as client:
        return client.ask(path, host, **how)


def told(answer: Response) -> dict[str, Any]:
    """What an endpoint says it was asked."""
    assert answer.status == 200, answer
    found: dict[str, Any] = json.loads(answer.body)
    return found


def reached(live: Live, path: str = "/", host: str = "shop.example") -> str:
    """The address that answers, or the status if none does."""
    answer = ask(live, path, host)
    return str(told(answer)["address"]) if answer.status == 200 else str(answer.status)
