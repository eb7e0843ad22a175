"""Which refusals are about the world, and not about the object that is judged.

In which order objects are applied must not matter, so what another object, a pod, a node or the DNS
can mend is no reason to keep an object out.
"""

from typing import Final

from portico.model.metallb import BGPAdvertisement
from portico.plan.verdict import Because, Refusal

WORLD: Final = frozenset(
    {
        Because.SERVICE_MISSING,
        Because.PORT_MISSING,
        Because.PORT_NOT_TCP,
        Because.NODE_PORT_MISSING,
        Because.EXTERNAL_NAME_INVALID,
        Because.ADDRESS_INVALID,
        Because.NO_ENDPOINTS,
        Because.NO_LOCAL_ENDPOINTS,
        Because.NO_HEALTHY_NODE,
        Because.NODE_WITHOUT_ADDRESS,
        Because.ENDPOINT_LOOPS,
        Because.ENDPOINT_LOOPBACK,
        Because.SECRET_MISSING,
        Because.CERTIFICATE_MISMATCH,
        Because.CLASS_MISSING,
        Because.LOAD_BALANCER_PENDING,
        # All that a lease can say: another pool, or another Service, may make it good.
        Because.POOL_MISSING,
        Because.POOL_CLOSED,
        Because.NO_POOL_FITS,
        Because.NO_ADDRESS_LEFT,
        Because.NO_ADDRESS_OF_FAMILY,
        Because.WANTED_ADDRESS_OUTSIDE,
        Because.WANTED_ADDRESS_ELSEWHERE,
        Because.WANTED_ADDRESSES_APART,
        Because.WANTED_FAMILY_UNFIT,
        Because.ADDRESS_HELD,
        Because.SHARING_KEY_DIFFERS,
        Because.SHARING_POLICY_DIFFERS,
        Because.SHARED_PORT_TAKEN,
        Because.PASSWORD_MISSING,
        Because.BFD_PROFILE_MISSING,
        Because.PORT_OCCUPIED,
        # The API server gives out every node port once: it knows of a Service that is gone before
        # we do.
        Because.NODE_PORT_TAKEN,
        # A fault of ours must not keep anybody from their work.
        Because.INTERNAL,
    }
)

CLUSTER_IP: Final = "spec.clusterIP"
"""How the fields begin of which the API server gives out every value once, too."""


def is_of_the_world(refusal: Refusal) -> bool:
    """Whether something else than the object can mend it."""
    if refusal.because is Because.ADDRESS_TAKEN:
        return refusal.origin.field.startswith(CLUSTER_IP)
    if refusal.because is Because.COMMUNITY_INVALID:
        # A name may still be given; what has the form of a number may not.
        is_named_elsewhere = refusal.origin.ref.kind == BGPAdvertisement.KIND
        return is_named_elsewhere and ":" not in refusal.detail
    return refusal.because in WORLD


NOT_YET: Final = frozenset(
    {
        Because.NO_ENDPOINTS,
        Because.NO_LOCAL_ENDPOINTS,
        Because.NO_HEALTHY_NODE,
        Because.LOAD_BALANCER_PENDING,
    }
)
"""What can only come after the Service that is created: nobody has to be told."""

OF_A_NODE: Final = frozenset(
    {Because.NO_LOCAL_ENDPOINTS, Because.LOAD_BALANCER_PENDING, Because.PORT_OCCUPIED}
)
"""What one machine finds out about itself, and a webhook somewhere in the cluster cannot know."""
