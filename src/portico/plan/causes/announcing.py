"""Of addresses that are announced, and of those who say how."""

from typing import Final

from portico.model.fault import Severity
from portico.plan.causes.cause import Cause

NOT_ANNOUNCED: Final = Cause(
    "NotAnnounced",
    "nobody announces the address: no advertisement selects {}",
    "create an L2Advertisement or a BGPAdvertisement in the namespace of the pool",
    Severity.WARNING,
)
NO_ANNOUNCER: Final = Cause(
    "NoAnnouncer",
    "no node may announce the address: {}",
    "until one may, nobody outside reaches it",
    Severity.WARNING,
)
ADVERTISED_POOL_MISSING: Final = Cause(
    "AdvertisedPoolMissing",
    "there is no address pool {} in this namespace",
    "correct the name; the other pools are announced",
    Severity.WARNING,
)
