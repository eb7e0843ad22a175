"""What becomes of one address: the pool that it is of, who holds it, and who wants it in vain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from portico.explain.lines import line, lost_lines
from portico.ipam.address_pools import Pools
from portico.model.address_range import number_of
from portico.plan.address_pool import AddressPool, Product
from portico.plan.address_request import AddressRequest, AddressWant
from portico.plan.document import unit_document
from portico.plan.document_parts import refusal_document
from portico.plan.frontend import Frontend
from portico.plan.plan import Plan
from portico.plan.verdict import Outcome, Refusal, outcome_key

Address = IPv4Address | IPv6Address


class State(StrEnum):
    """What an address is right now."""

    HELD = "held"
    FREE = "free"
    AVOIDED = "not given away"
    STRANGE = "of no pool"


class Holder(NamedTuple):
    """A Service that has the address, why it has one of this pool, and where it is served."""

    request: AddressRequest
    why: str
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """All that the plan says of one address."""

    state: State
    pool: AddressPool | None
    holders: tuple[Holder, ...]
    lost: tuple[Refusal, ...]
    """Why others that want it have not got it."""


def parse_address(text: str) -> Address | None:
    """A bare address; anything else is another question."""
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


def explain_address(plan: Plan, address: Address) -> AddressAnswer:
    """Of an address that is of no pool a Service may hold it all the same."""
    text = str(address)
    units = plan.values()
    pools = [unit for unit in units if isinstance(unit, AddressPool)]
    asked = [unit for unit in units if isinstance(unit, AddressRequest) and unit.want]
    number = number_of(text)
    assert number is not None
    pool = Pools(pools).of(number)
    held = [unit for unit in asked if text in unit.addresses]
    holders = tuple(Holder(unit, _why(unit, pool), _ports(plan, unit, text)) for unit in held)
    lost = [
        refusal
        for unit in asked
        if unit.want and text in unit.want.addresses and unit not in held
        for refusal in _refused(plan, unit)
    ]
    if held:
        state = State.HELD
    elif pool:
        state = State.FREE
    else:
        is_avoided = any(number in each for pool in pools for each in pool.ranges)
        state = State.AVOIDED if is_avoided else State.STRANGE
    return AddressAnswer(state, pool, holders, tuple(dict.fromkeys(lost)))


def address_document(address: Address, answer: AddressAnswer) -> Mapping[str, object]:
    """The answer as plain values."""
    return {
        "address": str(address),
        "result": answer.state.value,
        "pool": answer.pool and unit_document(answer.pool),
        "services": [
            {"service": str(request.service), "because": why, "ports": list(ports)}
            for request, why, ports in answer.holders
        ],
        "lost": [refusal_document(refusal) for refusal in answer.lost],
    }


def address_lines(address: Address, answer: AddressAnswer) -> Iterator[str]:
    """The answer for people."""
    yield str(address)
    if pool := answer.pool:
        number = number_of(str(address))
        (found,) = (each for each in pool.ranges if number in each)
        yield line("pool", f"{pool.pool}, {found}")
    for request, why, ports in answer.holders:
        served = f", served at {', '.join(ports)}" if ports else ", served nowhere here"
        yield line("service", f"{request.service}{served}")
        yield line("because", why)
    yield line("result", _RESULTS[answer.state])
    yield from lost_lines(answer.lost)


_RESULTS: Mapping[State, str] = {
    State.HELD: "held",
    State.FREE: "free: nobody has it",
    State.AVOIDED: "not given away: avoidBuggyIPs leaves .0 and .255 out",
    State.STRANGE: "of no pool, and no Service has it",
}


def _why(request: AddressRequest, pool: AddressPool | None) -> str:
    want = request.want
    assert want
    if pool is None:
        return "somebody else has given it"
    if want.addresses:
        return f"it wants this address ({request.origin.field})"
    return f"{_why_pool(want, pool)}; of that it was the first one free"


def _why_pool(want: AddressWant, pool: AddressPool) -> str:
    if want.pool:
        return f"it names pool {want.pool}"
    labels = want.namespace_labels, want.labels
    if pool.pin and pool.pin.fits(want.service.namespace, *labels):
        return f"pool {pool.pool.name} is pinned to it, with priority {pool.priority or 'unset'}"
    if pool.product is Product.OPENELB and pool.is_default:
        return f"Eip {pool.pool.name} is the default"
    return f"pool {pool.pool.name} assigns addresses to whoever has none"


def _ports(plan: Plan, request: AddressRequest, address: str) -> tuple[str, ...]:
    found = (
        f"{unit.transport} {unit.port}"
        for unit in plan.values()
        if isinstance(unit, Frontend)
        and unit.address == address
        and unit.service == request.service
        and unit.forwarding
    )
    return tuple(sorted(found))


def _refused(plan: Plan, request: AddressRequest) -> tuple[Refusal, ...]:
    outcome = plan.get(outcome_key(request.service))
    return outcome.refused if isinstance(outcome, Outcome) else ()
