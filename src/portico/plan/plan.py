"""All units together, and what differs between two plans."""

from collections.abc import Mapping
from typing import NamedTuple

from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest
from portico.plan.backend import Backend
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.certificate import Certificate
from portico.plan.frontend import Frontend, NodePort, PortRequest
from portico.plan.health_port import HealthPort
from portico.plan.key import Key
from portico.plan.layer2 import Layer2
from portico.plan.listener import Listener
from portico.plan.machine import Machine
from portico.plan.pool import Pool
from portico.plan.probe import Probe
from portico.plan.site import Site
from portico.plan.verdict import Outcome

Unit = (
    Listener
    | Site
    | Backend
    | Certificate
    | Outcome
    | Machine
    | Frontend
    | NodePort
    | PortRequest
    | Pool
    | Probe
    | HealthPort
    | AddressPool
    | AddressRequest
    | Layer2
    | BgpPeer
    | BgpRoute
)
Plan = Mapping[Key, Unit]


class Diff(NamedTuple):
    """What changed between two plans. A hint: the plan is the truth."""

    changed: dict[Key, Unit]
    removed: set[Key]


def diff(old: Plan, new: Plan) -> Diff:
    """Units are shared between plans, so identity settles most comparisons."""
    changed = {k: u for k, u in new.items() if (was := old.get(k)) is not u and was != u}
    return Diff(changed, old.keys() - new.keys())
