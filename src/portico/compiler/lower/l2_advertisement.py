"""L2Advertisement -> what is wrong with it; what it asks for, addresses claim."""

from collections.abc import Iterator

from portico.compiler.advertisements import is_at_home
from portico.compiler.claim import Claim
from portico.compiler.known_pools import known_pools
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.model.metallb import IPAddressPool, L2Advertisement
from portico.model.ref import Ref
from portico.plan.verdict import Because


def lower_l2_advertisement(fact: L2Advertisement, look: Look) -> Iterator[Claim]:
    """A pool that is missing is no reason not to announce the others."""
    petition = Petition(fact)
    namespace = fact.ref.namespace
    if not is_at_home(namespace, look):
        home = look.settings.metallb_namespace
        petition.refuse("metadata.namespace", Because.NAMESPACE_ELSEWHERE, home)
    else:
        pools = known_pools(look).by_ref
        for index, name in enumerate(fact.spec.ip_address_pools):
            if Ref(IPAddressPool.KIND, namespace, name) not in pools:
                field = f"spec.ipAddressPools[{index}]"
                petition.refuse(field, Because.ADVERTISED_POOL_MISSING, repr(name))
    yield from petition.claims()
