"""Community -> which of its names stand for nothing."""

from collections.abc import Iterator

from portico.compiler.advertisements import is_at_home
from portico.compiler.claim import Claim
from portico.compiler.communities import aliases_of, numbers
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.lib.shorten import shown
from portico.model.metallb import Community
from portico.plan.verdict import Because


def lower_community(fact: Community, look: Look) -> Iterator[Claim]:
    """Advertisements that use such a name are told, too."""
    petition = Petition(fact)
    if not is_at_home(fact.ref.namespace, look):
        home = look.settings.metallb_namespace
        petition.refuse("metadata.namespace", Because.NAMESPACE_ELSEWHERE, home)
    given: set[str] = set()
    for index, alias in enumerate(fact.spec.communities):
        field = f"spec.communities[{index}]"
        owner = aliases_of(look, fact.ref.namespace)[alias.name].by
        if owner != fact.ref or alias.name in given:
            whose = "another entry of this object" if owner == fact.ref else str(owner)
            petition.refuse(f"{field}.name", Because.COMMUNITY_NAME_TAKEN, whose)
        elif numbers(alias.value) is None:
            petition.refuse(f"{field}.value", Because.COMMUNITY_INVALID, shown(alias.value))
        given.add(alias.name)
    yield from petition.claims()
