"""What ExaBGP says: events, answers, and how its sessions are. Text in, values out."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

DONE: Final = "done"
ERROR: Final = "error"
LONGEST_REASON: Final = 200

WORDS: Final[Mapping[str, str]] = {
    # Said of every connection that is refused, times out or is closed by the other side.
    "closing connection": "the connection failed or ended",
}
"""What ExaBGP calls reasons, for people who do not know it."""

UP: Final = "up"
DOWN: Final = "down"


class Event(NamedTuple):
    """A session came up or went down. `local` is our address in it; empty: unknown."""

    peer: str
    state: str
    local: str
    reason: str


class Counters(NamedTuple):
    """What `show neighbor json` says of one session."""

    is_up: bool
    opens_sent: int
    opens_received: int
    keepalives_sent: int
    keepalives_received: int
    notifications_sent: int
    updates_sent: int
    updates_received: int


def is_event(line: str) -> bool:
    return line.startswith("{ ")


def event(line: str) -> Event | None:
    """None for events that are of no interest here, and for lines that cannot be read."""
    try:
        # The AS of a peer that may have any is printed as Python's None.
        content = json.loads(line.replace('"peer": None', '"peer": null'))
        neighbor = content["neighbor"]
        state, address = neighbor["state"], neighbor["address"]
        local = str(address["local"])
        peer = str(address["peer"])
    except (ValueError, KeyError, TypeError):
        return None
    if state not in (UP, DOWN):
        return None
    reason = _printable(str(neighbor.get("reason", "")))
    return Event(peer, state, "" if local == "None" else local, WORDS.get(reason, reason))


def routes(lines: Iterable[str]) -> dict[str, set[str]]:
    """By peer the prefixes that `show adj-rib out json` lists."""
    found: dict[str, set[str]] = {}
    for line in lines:
        content: Mapping[str, Any] = json.loads(line)
        for peer, known in content.items():
            prefixes = found.setdefault(peer, set())
            prefixes.update(str(each["prefix"]) for each in known["routes"])
    return found


def counters(line: str) -> dict[str, Counters]:
    """By peer what `show neighbor json` says."""
    found = {}
    for each in json.loads(line):
        sent, received = each["messages"]["sent"], each["messages"]["received"]
        found[str(each["peer"]["address"])] = Counters(
            is_up=each["fsm"] == "ESTABLISHED",
            opens_sent=int(sent["open"]),
            opens_received=int(received["open"]),
            keepalives_sent=int(sent["keepalive"]),
            keepalives_received=int(received["keepalive"]),
            notifications_sent=int(sent["notification"]),
            updates_sent=int(sent["update"]),
            updates_received=int(received["update"]),
        )
    return found


def _printable(text: str) -> str:
    """A router may have put anything into its last words."""
    return "".join(each if each.isprintable() else "?" for each in text)[:LONGEST_REASON]
