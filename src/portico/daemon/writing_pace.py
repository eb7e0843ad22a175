"""How fast we write to the API server, and how long we wait before."""

from dataclasses import dataclass
from typing import Final

from portico.kube.api import events, lease
from portico.kube.api.events import Limits
from portico.kube.api.lease_record import Terms
from portico.status import contest
from portico.status.contest import Patience
from portico.status.tidings import SETTLED


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, and how many."""

    terms: Terms = lease.USUAL
    writers: int = 8
    """Statuses that are written at one time."""
    burst: int = 50
    per_second: float = 150.0
    """Of statuses. A thousand Ingresses take seven seconds, and the server hardly feels it."""
    patience: Patience = contest.USUAL
    addresses_settle: float = 1.0
    """When pods roll, the addresses change with each; all that time is one change."""
    pools_settle: float = 1.0
    """How much of a pool is used is written this often at most."""
    refusals_settle: float = SETTLED
    events_limits: Limits = events.USUAL
    longest_clearing: float = 20.0
    """How long an exit may take to clear the statuses."""


USUAL: Final = Pace()
