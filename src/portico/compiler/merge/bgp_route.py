"""Claims on one prefix -> BgpRoute: which nodes tell which routers of it, and how."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from portico.compiler.bgp_terms import BgpTerms, bgp_terms
from portico.compiler.claim import Claim
from portico.compiler.known_peers import known_peers
from portico.compiler.known_pools import pool_of
from portico.compiler.look import Look
from portico.compiler.merge.blank import blank_bgp_route
from portico.compiler.merge.fitness import Fitness, fitness
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.bgp import BgpPeer, BgpRoute, Nodes, Telling
from portico.plan.key import Key, Origin
from portico.plan.verdict import Because, Refusal


def merge_bgp_route(key: Key, claims: Sequence[Claim], look: Look) -> BgpRoute:
    """Claims come oldest first. A route stays while any of its Services needs it."""
    blank = blank_bgp_route(claims[0])
    wants = [claim.want for claim in claims if isinstance(claim.want, AnnouncedWant)]
    found = _Found()
    for want in wants:
        pool = pool_of(look, want.address)
        terms = () if pool is None else bgp_terms(look, pool).terms
        about = [
            one for one in terms if one.is_about(want) and one.prefix(want.address) == key.name
        ]
        found.take(about, fitness(want, look))
    tellings = found.tellings()
    passed_over = tuple(found.passed_over[node] for node in sorted(found.passed_over))
    because, why = found.trouble(tellings, look, passed_over)
    refused = tuple(Refusal(want.origin, because, why) for want in wants) if because else ()
    return replace(
        blank,
        services=tuple(want.service for want in wants),
        tellings=tellings,
        passed_over=passed_over,
        refused=refused,
    )


class _Found:
    """Who tells whom for any of the Services, and why other nodes tell nobody."""

    def __init__(self) -> None:
        self.passed_over: dict[str, LeftOut] = {}
        self._terms: dict[Ref, BgpTerms] = {}
        self._nodes: dict[Ref, set[str]] = {}
        self._open: set[Ref] = set()
        self._idle = ""

    def take(self, terms: Sequence[BgpTerms], who: Fitness) -> None:
        self._idle = self._idle or who.idle
        for left in who.passed_over:
            self.passed_over.setdefault(left.who, left)
        for one in terms:
            self._terms[one.ref] = one
            nodes = self._nodes.setdefault(one.ref, set())
            nodes.update(node.name for node in who.fit if one.allows(node.labels))
            if who.is_open and one.allows({}):
                self._open.add(one.ref)
        for node in who.fit:
            if not any(one.allows(node.labels) for one in terms):
                reason = f"its labels are not those that {_names(terms)} asks for"
                left = LeftOut(node.name, Origin(node.ref, "metadata.labels"), reason)
                self.passed_over.setdefault(node.name, left)

    def tellings(self) -> tuple[Telling, ...]:
        """Nodes that tell somebody are not passed over, whatever another Service says."""
        made = []
        for ref, one in self._terms.items():
            names = self._nodes[ref]
            nodes = Nodes(tuple(sorted(names)), is_open=ref in self._open)
            if names or nodes.is_open:
                made.append(
                    Telling(ref, nodes, one.peers, one.local_pref, one.communities, one.large)
                )
            for name in names:
                self.passed_over.pop(name, None)
        return tuple(made)

    def trouble(
        self, tellings: Sequence[Telling], look: Look, passed_over: Sequence[LeftOut]
    ) -> tuple[Because | None, str]:
        """Why nobody is told, if that is so."""
        if not tellings:
            why = self._idle or "; ".join(f"{one.who}: {one.reason}" for one in passed_over)
            return Because.NO_ANNOUNCER, why
        peers = {one.key: one for known in known_peers(look).values() for one in known.sessions}
        if any(_reaches(one, peers[key]) for one in tellings for key in one.peers if key in peers):
            return None, ""
        if any(one.peers for one in tellings):
            return Because.NO_BGP_PEER, "no peer has a session with a node that may announce it"
        names = " or ".join(sorted({str(one.by) for one in tellings}))
        return Because.NO_BGP_PEER, f"there is no peer for {names}"


def _reaches(one: Telling, peer: BgpPeer) -> bool:
    return one.nodes.meets(peer.nodes)


def _names(terms: Iterable[BgpTerms]) -> str:
    return " or ".join(str(one.ref) for one in terms)
