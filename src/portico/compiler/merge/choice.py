"""Which endpoints of a Service port a pool of the kernel holds, and why not the others."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portico.compiler.address import is_loopback
from portico.compiler.look import Look
from portico.compiler.machine_addresses import machine_of, node_port_addresses
from portico.compiler.merge.candidates import Candidate, usable
from portico.compiler.merge.topology import near
from portico.compiler.wants_l4 import PoolWant, Reach
from portico.lib.shorten import shown
from portico.plan.backend import LeftOut
from portico.plan.pool import Scope
from portico.plan.verdict import Because, Refusal


class Choice(NamedTuple):
    """`exists_elsewhere`: others could take the connection, but may not."""

    chosen: Sequence[Candidate]
    left_out: tuple[LeftOut, ...] = ()
    exists_elsewhere: bool = False


class Forwardable(NamedTuple):
    """What the kernel can send packets to, and what it cannot."""

    candidates: list[Candidate]
    refused: tuple[Refusal, ...]


def forwardable(candidates: Iterable[Candidate], reach: Reach, look: Look) -> Forwardable:
    """The kernel forwards nothing to loopback addresses, and must not send packets in a circle."""
    good = []
    refused = []
    for candidate in candidates:
        if is_loopback(candidate.address):
            told = Refusal(candidate.origin, Because.ENDPOINT_LOOPBACK, str(candidate))
            refused.append(told)
        elif _loops(candidate, reach, look):
            refused.append(Refusal(candidate.origin, Because.ENDPOINT_LOOPS, str(candidate)))
        else:
            good.append(candidate)
    return Forwardable(good, tuple(refused))


def choose(candidates: Sequence[Candidate], want: PoolWant, look: Look) -> Choice:
    """As kube-proxy: topology is for ready endpoints only, and never for the Local policy."""
    if want.name.scope is Scope.LOCAL:
        return _local(candidates, look.settings.node_name)
    found = usable(candidates)
    if not found or not found[0].is_ready:
        return Choice(found, _unready(candidates, found))
    preferred, reason = near(found, want.reach.distribution, look)
    others = tuple(LeftOut(str(one), one.origin, reason) for one in _without(found, preferred))
    return Choice(preferred, (*others, *_unready(candidates, found)))


def _local(candidates: Sequence[Candidate], node: str) -> Choice:
    here = [candidate for candidate in candidates if candidate.node == node]
    found = usable(here)
    elsewhere = tuple(
        LeftOut(str(one), one.origin, f"on node {shown(one.node)}" if one.node else "names no node")
        for one in candidates
        if one.node != node
    )
    exists_elsewhere = not found and bool(usable(candidates))
    return Choice(found, (*elsewhere, *_unready(here, found)), exists_elsewhere)


def _unready(candidates: Sequence[Candidate], found: Sequence[Candidate]) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(str(one), one.origin, "terminating" if one.is_last_resort else "not ready")
        for one in _without(candidates, found)
    )


def _without(candidates: Sequence[Candidate], found: Sequence[Candidate]) -> Sequence[Candidate]:
    """Compared by identity: there may be thousands."""
    if len(candidates) == len(found):
        return ()
    taken = {id(one) for one in found}
    return [one for one in candidates if id(one) not in taken]


def _loops(candidate: Candidate, reach: Reach, look: Look) -> bool:
    if (candidate.address, candidate.port) in reach.own:
        return True
    if candidate.port != reach.node_port:
        return False
    machine = machine_of(look)
    return machine is not None and candidate.address in node_port_addresses(machine, look.settings)
