"""BFDProfile -> what of it is not done; peers that name it read the rest."""

from collections.abc import Iterator

from portico.compiler.advertisements import is_at_home
from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.model.metallb import BFDProfile
from portico.plan.verdict import Because


def lower_bfd_profile(fact: BFDProfile, look: Look) -> Iterator[Claim]:
    petition = Petition(fact)
    if not is_at_home(fact.ref.namespace, look):
        home = look.settings.metallb_namespace
        petition.refuse("metadata.namespace", Because.NAMESPACE_ELSEWHERE, home)
    if fact.spec.echo_mode:
        why = "needs packets to come back by themselves, as few routers let them"
        petition.refuse("spec.echoMode", Because.BFD_ECHO_UNSUPPORTED, why)
    yield from petition.claims()
