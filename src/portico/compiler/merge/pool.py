"""The claim of a Service on one of its pools -> Pool: whom new connections are spread over."""

from collections.abc import Sequence
from typing import NamedTuple

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.merge.candidates import Wanted, candidates_of, unique
from portico.compiler.merge.choice import choose, forwardable
from portico.compiler.merge.nodes import nodes_at
from portico.compiler.wants_l4 import PoolWant
from portico.model.core import Service
from portico.model.ref import Ref
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.key import Key
from portico.plan.pool import OF_NODES, Pool, Void
from portico.plan.transport import family_of
from portico.plan.verdict import Because, Refusal


def merge_pool(key: Key, claims: Sequence[Claim], look: Look) -> Pool:
    """A Service alone claims its pools, so there is nothing to settle."""
    want = claims[0].want
    assert isinstance(want, PoolWant)
    namespace, service, port, transport, family, scope, proxy_protocol = want.name
    ref = Ref(Service.KIND, namespace, service)
    found = _nodes(want, look) if scope in OF_NODES else _endpoints(ref, want, look)
    return Pool(
        key,
        ref,
        port,
        transport,
        family,
        scope,
        found.endpoints,
        want.reach.pick,
        want.reach.affinity,
        found.void,
        proxy_protocol,
        found.left_out,
        want.is_assumed,
        found.refused,
    )


class _Found(NamedTuple):
    endpoints: tuple[Endpoint, ...]
    left_out: tuple[LeftOut, ...]
    refused: tuple[Refusal, ...] = ()
    void: Void = Void.REJECT


def _nodes(want: PoolWant, look: Look) -> _Found:
    reach = want.reach
    endpoints, left_out = nodes_at(reach.node_port, reach.check_port, look, want.name.family)
    # Of a family that was only assumed it is no news that no node has it.
    is_no_news = want.is_assumed and left_out and not any(o.origin.field for o in left_out)
    if endpoints or is_no_news:
        return _Found(endpoints, left_out)
    return _Found((), left_out, (_refusal(want, Because.NO_HEALTHY_NODE),))


def _endpoints(service: Ref, want: PoolWant, look: Look) -> _Found:
    name, reach = want.name, want.reach
    wanted = Wanted(service, reach.port_name, name.transport, reach.publishes_not_ready)
    read = candidates_of(wanted, look)
    mine = [found for found in read.candidates if family_of(found.address) is name.family]
    good, bad = forwardable(mine, reach, look)
    chosen, left_out, exists_elsewhere = choose(good, want, look)
    refused = (*read.refused, *bad)
    if chosen:
        return _Found(unique(chosen), left_out, refused)
    if exists_elsewhere:
        told = Refusal(want.origin, Because.NO_LOCAL_ENDPOINTS, look.settings.node_name)
        return _Found((), left_out, (*refused, told), Void.DROP)
    if want.is_assumed and not mine and read.candidates:
        return _Found((), ())  # no news; what is refused is told of the other family
    return _Found((), left_out, (*refused, _refusal(want, Because.NO_ENDPOINTS)))


def _refusal(want: PoolWant, because: Because) -> Refusal:
    return Refusal(want.origin, because, f"{want.name.namespace}/{want.name.service}")
