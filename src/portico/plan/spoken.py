"""How the sessions of this node are now. No unit: it changes without any plan."""

from collections.abc import Mapping
from typing import NamedTuple


class Path(NamedTuple):
    """How BFD sees the path to a router. `detection` is in milliseconds."""

    state: str
    detection: float = 0
    packets_in: int = 0
    packets_out: int = 0
    ups: int = 0
    downs: int = 0
    trouble: str = ""


class Session(NamedTuple):
    """One session: `state` is up, down, or held (BFD says that the path is dead)."""

    state: str
    reason: str = ""
    prefixes: int = 0
    updates: int = 0
    opens_sent: int = 0
    opens_received: int = 0
    keepalives_sent: int = 0
    keepalives_received: int = 0
    notifications_sent: int = 0
    updates_received: int = 0
    path: Path | None = None

    @property
    def is_up(self) -> bool:
        return self.state == "up"


class Spoken(NamedTuple):
    """All sessions of `node`, ours, by the address of the router."""

    node: str
    sessions: Mapping[str, Session] = {}
