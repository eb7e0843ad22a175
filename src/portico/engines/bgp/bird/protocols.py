"""What BIRD says of its sessions and of BFD: text in, values out."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

UP: Final = "Established"

_BEGIN: Final = re.compile(r"peer_([0-9a-f]+)\s+BGP\s+\S+\s+(\S+)\s+\S+(?:\s+(\S+)(?:\s+(.*))?)?")
_ROUTES: Final = re.compile(r"Routes:\s+\d+ imported, (\d+) exported")
_SENT: Final = re.compile(r"Export updates:\s+\d+\s+\d+\s+\d+\s+\S+\s+(\d+)")


class Said(NamedTuple):
    """One session; `reason` says why it is not up."""

    is_up: bool
    reason: str = ""
    prefixes: int = 0
    updates: int = 0


def sessions(lines: Iterable[str]) -> dict[str, Said]:
    """By name of the peer, of `show protocols all`."""
    found: dict[str, Said] = {}
    name = ""
    for line in lines:
        begin = _BEGIN.match(line)
        if begin is not None:
            name, _, state, reason = begin.groups()
            is_up = state == UP
            found[name] = Said(is_up, "" if is_up else (reason or "").strip())
        elif name and (routes := _ROUTES.search(line)):
            said = found[name]
            found[name] = said._replace(prefixes=said.prefixes + int(routes[1]))
        elif name and (sent := _SENT.search(line)):
            said = found[name]
            found[name] = said._replace(updates=said.updates + int(sent[1]))
        elif line and not line.startswith(" "):
            name = ""
    return found


def paths(lines: Iterable[str]) -> dict[str, tuple[str, float]]:
    """By address of the peer, of `show bfd sessions`: state, and milliseconds of detection."""
    found = {}
    for line in lines:
        words = line.split()
        if len(words) >= 6 and words[2] in ("Up", "Down", "Init", "AdminDown"):
            found[words[0]] = (words[2].lower(), float(words[5]) * 1000)
    return found
