"""BGPAdvertisement -> what is wrong with it; what it asks for, addresses claim."""

from collections.abc import Iterator

from portico.compiler.advertisements import bgp_advertisements, is_at_home
from portico.compiler.bgp_terms import advertisement_flaws, bgp_terms
from portico.compiler.claim import Claim
from portico.compiler.known_pools import known_pools
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.model.metallb import BGPAdvertisement


def lower_bgp_advertisement(fact: BGPAdvertisement, look: Look) -> Iterator[Claim]:
    """A pool or a peer that is missing is no reason not to announce the others."""
    petition = Petition(fact)
    for flaw in advertisement_flaws(look, fact):
        petition.refuse(*flaw)
    if is_at_home(fact.ref.namespace, look):
        for known in known_pools(look).by_ref.values():
            if fact in bgp_advertisements(look, known.fact):
                flaw_here = bgp_terms(look, known.fact).flaws.get(fact.ref)
                if flaw_here is not None:
                    petition.refuse(*flaw_here)
    yield from petition.claims()
