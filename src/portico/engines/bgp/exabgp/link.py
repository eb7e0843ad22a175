"""What ExaBGP has of one peer, as far as we know: whether it is up, and what it was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from portico.engines.bgp.exabgp.commands import Told, told
from portico.engines.bgp.exabgp.events import Counters
from portico.engines.bgp.wire import Peer, Route, Session

BELIEVED: Final = 2


class Known(NamedTuple):
    """A route that ExaBGP has. Without a Route: it has some, who knows with which attributes."""

    route: Route | None
    told: Told | None


class Hops(NamedTuple):
    """Our addresses in the network of a peer; empty: there is none of that family."""

    ipv4: str
    ipv6: str

    def of(self, prefix: str) -> str:
        return self.ipv6 if ":" in prefix else self.ipv4


class News(NamedTuple):
    """What ExaBGP is still to be told; `homeless` routes have no next hop."""

    announced: dict[str, Known]
    withdrawn: list[str]
    homeless: list[str]


@dataclass
class Link:
    """One peer, by its address. Times are of the loop's clock."""

    address: str
    tried_at: float
    peer: Peer | None = None
    """None: ExaBGP has it, and nobody wants it."""

    is_up: bool = False
    local: str = ""
    """Our address in the session; empty: unknown."""

    known: dict[str, Known] = field(default_factory=dict)
    was_told_all: bool = False
    """Whether the router was told the end of the routes in this session."""

    reason: str = ""
    ups: int = 0
    downs: int = 0
    counters: Counters | None = None
    doubts: int = 0
    """How often in a row ExaBGP has called the session other than we do."""

    def go_up(self, local: str) -> None:
        self.is_up, self.local, self.was_told_all = True, local, False
        self.ups += 1

    def go_down(self, reason: str, now: float) -> None:
        self.downs += self.is_up
        self.is_up, self.reason, self.tried_at, self.counters = False, reason, now, None

    def count(self, counters: Counters, now: float) -> bool:
        """What ExaBGP says of it when asked; whether that is news.

        An event may be on its way, so only what it says twice is believed against events.
        """
        self.counters = counters
        self.doubts = self.doubts + 1 if counters.is_up != self.is_up else 0
        if self.doubts < BELIEVED:
            return False
        self.doubts = 0
        if counters.is_up:
            self.go_up("")
        else:
            self.go_down("", now)
        return True

    def forget(self) -> None:
        """Prefixes stay, to be told or withdrawn again; attributes may be any."""
        self.known = dict.fromkeys(self.known, Known(None, None))

    def news(self, routes: Mapping[str, Route], hops: Hops) -> News:
        """Raises ValueError for a route that is none."""
        announced: dict[str, Known] = {}
        homeless: list[str] = []
        for prefix, route in routes.items():
            known = self.known.get(prefix)
            hop = route.next_hop or hops.of(prefix)
            if not hop:
                homeless.append(prefix)
                continue
            if known is not None and known.route is route and _hop(known) == hop:
                continue
            now = Known(route, told(route, hop))
            if known is not None and known.told == now.told:
                self.known[prefix] = now  # only another object
            else:
                announced[prefix] = now
        withdrawn = [prefix for prefix in self.known if prefix not in routes]
        withdrawn += [prefix for prefix in homeless if prefix in self.known]
        return News(announced, withdrawn, homeless)

    def session(self, state: str) -> Session:
        session = Session(
            state=state,
            reason="" if self.is_up else self.reason,
            prefixes=len(self.known) if self.is_up else 0,
            ups=self.ups,
            downs=self.downs,
        )
        return session if self.counters is None else _counted(session, self.counters)


def _hop(known: Known) -> str:
    return known.told.next_hop if known.told else ""


def _counted(session: Session, counters: Counters) -> Session:
    return msgspec.structs.replace(
        session,
        updates=counters.updates_sent,
        opens_sent=counters.opens_sent,
        opens_received=counters.opens_received,
        keepalives_sent=counters.keepalives_sent,
        keepalives_received=counters.keepalives_received,
        notifications_sent=counters.notifications_sent,
        updates_received=counters.updates_received,
    )
