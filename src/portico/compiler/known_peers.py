"""All routers together: which sessions there are, and what is wrong with a peer beside the others.

Peers come in the order of their age. Of two that mean the same session of the same nodes, the older
one has it there; at other nodes the younger one has its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
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
from portico.plan.backend import LeftOut
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
        kept = [rest for one in meant for rest in _unless_taken(one, taken, draft)]
        taken += kept
        found[fact.ref] = KnownPeer(tuple(kept), tuple(draft.flaws))
    return found


def _sessions(fact: PeerFact, look: Look, draft: Draft) -> Iterable[bgp.BgpPeer]:
    if isinstance(fact, BgpPeer):
        return openelb_sessions(fact, look, draft)
    session = metallb_session(fact, look, draft)
    return () if session is None else (session,)


def _unless_taken(
    one: bgp.BgpPeer, taken: Iterable[bgp.BgpPeer], draft: Draft
) -> Iterator[bgp.BgpPeer]:
    """The session, at the nodes that have none to the same address, whatever its VRF: ExaBGP knows
    its neighbours by their addresses.
    """
    rest = one
    for other in taken:
        if one.address != other.address or not rest.nodes.meets(other.nodes):
            continue
        if rest is one:
            draft.refuse(one.origin.field, Because.PEER_TAKEN, str(other.peer))
        nodes = rest.nodes.without(other.nodes)
        reason = f"{other.peer} has a session to the same address there"
        lost = (LeftOut(name, other.origin, reason) for name in rest.nodes.without(nodes).names)
        rest = replace(rest, nodes=nodes, passed_over=(*rest.passed_over, *lost))
    if rest is one or rest.nodes.names:
        yield rest
