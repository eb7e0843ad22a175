"""An answer about a packet as lines for people: one line a hop."""

from collections.abc import Iterator
from typing import Final

from portico.explain.lines import line, lost_lines, reached_lines
from portico.explain.packet import Packet
from portico.explain.packet_answer import Arrival, Client, End, PacketAnswer, Standing
from portico.explain.policy import policy_of
from portico.plan.frontend import Frontend, NodePort
from portico.plan.key import Origin
from portico.plan.pool import OF_NODES, Pool, Scope
from portico.plan.transport import place_of
from portico.settings import Pick

_WHO: Final = {
    Scope.CLUSTER: "all endpoints",
    Scope.LOCAL: "endpoints on this node",
    Scope.NODES: "all nodes, at their node port",
    Scope.LOCAL_NODES: "nodes with an endpoint of their own, at their node port",
}

_PICKED: Final = {
    Pick.RANDOM: "at random",
    Pick.SOURCE_HASH: "by the client's address, the same one each time",
}


def packet_lines(packet: Packet, answer: PacketAnswer) -> Iterator[str]:
    """From the address to who gets it and what they see."""
    yield f"{packet} from {packet.client or 'a client outside'}"
    if answer.entrance:
        yield from _entrance_lines(answer.entrance)
    if answer.forwarding:
        yield line("client", _client_text(answer.standing))
    yield from _source_range_lines(answer)
    if answer.pool:
        yield from _policy_lines(answer, answer.pool)
        yield from _pool_lines(answer.pool)
    yield from _seen_lines(packet, answer)
    yield line("result", _result_text(answer))
    yield from lost_lines(answer.lost)


def _entrance_lines(entrance: Frontend | NodePort) -> Iterator[str]:
    if isinstance(entrance, Frontend):
        place = place_of(entrance.address, entrance.port)
        yield line("address", f"{entrance.entry} {place}  <- {entrance.origin}")
    else:
        how = ", chosen by Portico" if entrance.leased else ""
        named = f"{entrance.transport} {entrance.port}{how}"
        yield line("node port", f"{named}  <- {entrance.origin}")
    yield line("service", f"{entrance.service} port {entrance.service_port}")


def _client_text(standing: Standing) -> str:
    if standing.client is Client.POD:
        return f"a pod, of {standing.pods}"
    return standing.client.value


def _source_range_lines(answer: PacketAnswer) -> Iterator[str]:
    if not answer.entrance or not answer.forwarding or answer.forwarding.sources is None:
        return
    if answer.let_in_by:
        told = f"let in by {answer.let_in_by}"
    else:
        told = f"not let in, only {', '.join(map(str, answer.forwarding.sources)) or 'nobody'}"
    origin = Origin(answer.entrance.service, "spec.loadBalancerSourceRanges")
    yield line("sources", f"{told}  <- {origin}")


def _policy_lines(answer: PacketAnswer, pool: Pool) -> Iterator[str]:
    policy = policy_of(answer)
    assert policy
    who = _WHO[pool.scope]
    if answer.is_short_cut:
        who += ", as the client is inside"
    yield line("policy", f"{policy.name}: {who}  <- {policy.origin}")


def _pool_lines(pool: Pool) -> Iterator[str]:
    if pool.affinity:
        origin = Origin(pool.service, "spec.sessionAffinity")
        told = f"a client stays {pool.affinity} s with the endpoint it had last"
        yield line("affinity", f"{told}  <- {origin}")
    if len(pool.endpoints) > 1:
        yield line("picked", _PICKED[pool.pick])
    yield from reached_lines(pool)


def _seen_lines(packet: Packet, answer: PacketAnswer) -> Iterator[str]:
    """One line where all endpoints see the same, else one for each source address."""
    kinds = dict.fromkeys((each.is_masqueraded, each.why) for each in answer.arrivals)
    for is_masqueraded, why in kinds:
        who = [a for a in answer.arrivals if (a.is_masqueraded, a.why) == (is_masqueraded, why)]
        seen = "this machine's address towards it" if is_masqueraded else _source(packet, answer)
        by = "" if len(kinds) == 1 else f" by {_places(who)}"
        yield line("seen as", f"{seen}{by}: {why}")
    if answer.pool and answer.pool.proxy_protocol:
        told = f"v{answer.pool.proxy_protocol}, which tells {_source(packet, answer)}"
        yield line("proxy", f"PROXY protocol {told}")


def _source(packet: Packet, answer: PacketAnswer) -> str:
    if answer.standing.client is Client.THIS_MACHINE:
        return "this machine's address"
    return str(packet.client or "the client's address")


def _places(arrivals: list[Arrival]) -> str:
    return ", ".join(place_of(a.endpoint.address, a.endpoint.port) for a in arrivals)


def _result_text(answer: PacketAnswer) -> str:
    if answer.end is End.FORWARDED and answer.pool:
        count = len(answer.pool.endpoints)
        what = "node" if answer.pool.scope in OF_NODES else "endpoint"
        return f"forwarded to the {what}" if count == 1 else f"forwarded to one of {count} {what}s"
    return f"{answer.end}: {answer.why}"
