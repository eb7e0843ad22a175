"""All routers together: which sessions there are, and what is wrong with a peer beside the others.

Peers come in the order of their age. Of two that mean the same session of the same nodes, the older
one has it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from portico.compiler.bgp_draft import Draft
from portico.compiler.bgp_sessions import metallb_session
from portico.compiler.claim import rank_of
from portico.compiler.flaws import Flaw
from portico.compiler.look import Look
from portico.compiler.openelb_sessions import openelb_sessions
from portico.model.metallb import BGP_PEERS, BGPPeer
from portico.model.openelb import PEERS, BgpPeer
from portico.model.ref import Ref
from portico.plan import bgp
from portico.plan.verdict import Because

PeerFact = BGPPeer | BgpPeer


class KnownPeer(NamedTuple):
    """The sessions of one object, and what is wrong with it."""

    sessions: tuple[bgp.BgpPeer, ...]
    flaws: tuple[Flaw, ...]


def known_peers(look: Look) -> Mapping[Ref, KnownPeer]:
    """Worked out once for all that ask in one pass; the oldest first."""
    return look.shared(_read)


def sessions(look: Look, kind: str, namespace: str) -> Iterator[bgp.BgpPeer]:
    """Those of one kind of object in one namespace."""
    for ref, known in known_peers(look).items():
        if (ref.kind, ref.namespace) == (kind, namespace):
            yield from known.sessions


def _read(look: Look) -> Mapping[Ref, KnownPeer]:
    every: list[PeerFact] = [*look.group(BGPPeer, BGP_PEERS), *look.group(BgpPeer, PEERS)]
    every.sort(key=lambda fact: rank_of(fact.metadata.creation_timestamp, fact.ref))
    found: dict[Ref, KnownPeer] = {}
    taken: list[bgp.BgpPeer] = []
    for fact in every:
        draft = Draft(fact.ref, look.settings.bgp_engine)
        meant = list(_sessions(fact, look, draft))
        if other := _same(meant, taken):
            draft.refuse(meant[0].origin.field, Because.PEER_TAKEN, str(other.peer))
            meant = []
        taken += meant
        found[fact.ref] = KnownPeer(tuple(meant), tuple(draft.flaws))
    return found


def _sessions(fact: PeerFact, look: Look, draft: Draft) -> Iterable[bgp.BgpPeer]:
    if isinstance(fact, BgpPeer):
        return openelb_sessions(fact, look, draft)
    session = metallb_session(fact, look, draft)
    return () if session is None else (session,)


def _same(meant: Iterable[bgp.BgpPeer], taken: Iterable[bgp.BgpPeer]) -> bgp.BgpPeer | None:
    """A session to the same address from one of the same nodes, whatever its VRF: ExaBGP knows its
    neighbours by their addresses.
    """
    meant = list(meant)
    for other in taken:
        if any(one.address == other.address and one.nodes.meets(other.nodes) for one in meant):
            return other
    return None
