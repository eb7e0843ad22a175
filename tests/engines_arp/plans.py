"""Plans of a few addresses, in as few words as possible."""

from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.layer2 import Announcer, Layer2, layer2_key

WEB = Ref("Service", "shop", "web")
ANYONE = Announcer("")


def announced(address: str, *candidates: Announcer, first: str = "", anyone=None) -> Layer2:
    """Without candidates, every node may."""
    anyone = anyone or (None if candidates else ANYONE)
    return Layer2(
        layer2_key(address), address, (WEB,), first or address, candidates, anyone, (),
        Origin(WEB, "spec.type"),
    )  # fmt: skip


def plan_of(*units: Layer2):
    return {unit.key: unit for unit in units}
