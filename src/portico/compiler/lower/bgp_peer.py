"""BGPPeer, BgpPeer -> claims on the sessions that they mean."""

from collections.abc import Iterator

from portico.compiler.claim import Claim
from portico.compiler.known_peers import PeerFact, known_peers
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition


def lower_bgp_peer(fact: PeerFact, look: Look) -> Iterator[Claim]:
    """What is wrong with one peer is refused; sessions with the others go on."""
    petition = Petition(fact)
    found = known_peers(look)[fact.ref]
    for flaw in found.flaws:
        petition.refuse(*flaw)
    for session in found.sessions:
        petition.claim(session.key, session)
    yield from petition.claims()
