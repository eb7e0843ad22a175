"""From the plan to the relay's table: only pools that are spoken the PROXY protocol are in it."""

import ipaddress
from collections.abc import Iterator
from typing import NamedTuple, TypeGuard

from portico.engines.relay import wire
from portico.plan.frontend import Forwarding, Frontend, NodePort
from portico.plan.key import Key
from portico.plan.machine import THIS, Machine
from portico.plan.plan import Diff, Plan, Unit
from portico.plan.pool import Pool
from portico.plan.transport import Family, Transport


class Chart(NamedTuple):
    """The table, and the units it was made of."""

    table: wire.Table
    units: frozenset[Key]


def chart(plan: Plan) -> Chart:
    """The same for every order of the plan."""
    entries: dict[Key, Frontend | NodePort] = {}
    for unit in plan.values():
        if _is_entry(unit, plan):
            entries[unit.key] = unit
    doors = sorted(
        (door for unit in entries.values() for door in _doors(plan, unit)),
        key=lambda door: (door.port, door.address, door.is_ipv6),
    )
    pools = {
        pool.key: pool
        for unit in entries.values()
        for forwarding in unit.forwardings
        for pool in _pools(plan, forwarding)
    }
    has_inside = any(door.inside for door in doors)
    table = wire.Table(
        pools={key.name: _pool(pools[key]) for key in sorted(pools)},
        doors=tuple(doors),
        near=_near(plan) if has_inside else (),
    )
    return Chart(table, frozenset((*entries, *pools, *((THIS,) if has_inside else ()))))


def concerns(hint: Diff, plan: Plan, known: Chart) -> bool:
    """Whether anything that changed is in the table, or ought to be."""
    return not known.units.isdisjoint(hint.removed) or any(
        key in known.units or _is_entry(unit, plan) or _is_proxied(unit)
        for key, unit in hint.changed.items()
    )


def _is_entry(unit: Unit, plan: Plan) -> TypeGuard[Frontend | NodePort]:
    if not isinstance(unit, Frontend | NodePort) or unit.transport != Transport.TCP:
        return False
    return any(_pools(plan, forwarding) for forwarding in unit.forwardings)


def _pools(plan: Plan, forwarding: Forwarding) -> list[Pool]:
    """Those of its pools that the relay serves; the kernel serves the others by itself."""
    named = (plan.get(key) for key in (forwarding.pool, forwarding.inside) if key is not None)
    return [unit for unit in named if unit is not None and _is_proxied(unit)]


def _is_proxied(unit: Unit) -> TypeGuard[Pool]:
    return isinstance(unit, Pool) and unit.proxy_protocol > 0


def _doors(plan: Plan, entry: Frontend | NodePort) -> Iterator[wire.Door]:
    address = entry.address if isinstance(entry, Frontend) else ""
    for forwarding in entry.forwardings:
        served = {pool.key for pool in _pools(plan, forwarding)}
        if served:
            inside = forwarding.inside
            yield wire.Door(
                address=address,
                port=entry.port,
                is_ipv6=forwarding.family == Family.IPV6,
                pool=forwarding.pool.name if forwarding.pool in served else "",
                inside=inside.name if inside is not None and inside in served else "",
            )


def _pool(pool: Pool) -> wire.Pool:
    return wire.Pool(
        endpoints=tuple(sorted((each.address, each.port) for each in pool.endpoints)),
        proxy=pool.proxy_protocol,
        by_source=pool.affinity > 0 or pool.pick.value == "source-hash",
    )


def _near(plan: Plan) -> tuple[str, ...]:
    """Where clients are that count as inside: on this machine, and in pods."""
    machine = plan.get(THIS)
    if not isinstance(machine, Machine):
        return ()
    own = {str(ipaddress.ip_network(address)) for address in machine.addresses}
    return tuple(sorted(own | {str(network) for network in machine.pods}))
