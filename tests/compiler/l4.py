"""What Services come to at layer 4, in words short enough for tables."""

from collections.abc import Iterable

from compiler.world import lowered, outcome, told
from model.build import service
from portico.compiler.claim import Claim
from portico.compiler.wants_l4 import FrontendWant, NodePortWant, PoolWant
from portico.model.fact import Fact
from portico.model.local import machine
from portico.plan.frontend import Forwarding
from portico.plan.pool import Pool
from portico.settings import Settings, Via

MACHINE = machine(
    ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"), ("192.0.2.1", "2001:db8::1")
)
HERE = Settings(node_name="here")
IN_FRONT = Settings(via=Via.NODE_PORT)
"""This machine is in front of the nodes."""


def way(forwarding: Forwarding | None) -> str:
    """E.g. `ipv4/local own, inside ipv4/cluster, from 192.0.2.0/24`; pools without their port."""
    if forwarding is None:
        return "refused"
    text = f"{_short(forwarding.pool.name)} {forwarding.masquerade}"
    if forwarding.inside:
        text += f", inside {_short(forwarding.inside.name)}"
    if forwarding.sources is not None:
        text += f", from {' '.join(map(str, forwarding.sources)) or 'nowhere'}"
    return text


def ways(claims: Iterable[Claim]) -> dict[str, str]:
    """The ways in that are claimed, by the names of their keys."""
    found = {}
    for claim in claims:
        if isinstance(claim.want, FrontendWant):
            found[claim.key.name] = way(claim.want.forwarding)
        if isinstance(claim.want, NodePortWant):
            found[claim.key.name] = "; ".join(map(way, claim.want.forwardings)) or "kept"
    return found


def pools(claims: Iterable[Claim]) -> dict[str, PoolWant]:
    """The pools that are claimed, without `shop/cart/`."""
    wants = (claim.want for claim in claims)
    return {
        "/".join(str(part) for part in want.name[2:6]): want
        for want in wants
        if isinstance(want, PoolWant)
    }


def refused(claims: Iterable[Claim]) -> list[tuple[str, str]]:
    """What a lower step refused, as field and code; nothing, where there is no outcome."""
    found = list(claims)
    if not any(claim.key.kind == "outcome" for claim in found):
        return []
    return told(outcome(found).refused)


def of_service(*others: Fact, settings: Settings = HERE, **spec: object) -> list[Claim]:
    """What a Service with one port, 80, claims."""
    return lowered(service(**spec), *others, settings=settings)  # type: ignore[arg-type]


def reached(pool: Pool) -> list[str]:
    """Endpoints as `address:port`."""
    return [f"{endpoint.address}:{endpoint.port}" for endpoint in pool.endpoints]


def left_out(pool: Pool) -> dict[str, str]:
    return {left.who: left.reason for left in pool.left_out}


def _short(name: str) -> str:
    return "/".join(name.split("/")[4:])
