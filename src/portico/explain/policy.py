"""Which traffic policy decides about a packet, and which field says so."""

from typing import NamedTuple

from portico.explain.packet_answer import PacketAnswer
from portico.plan.frontend import Frontend
from portico.plan.key import Origin
from portico.plan.pool import Scope, pool_name
from portico.settings import Entry


class Policy(NamedTuple):
    """`name` as the field has it, Cluster or Local."""

    name: str
    origin: Origin


def policy_of(answer: PacketAnswer) -> Policy | None:
    """Of the Service's fields, the one for this way in; None where nothing is forwarded."""
    entrance, forwarding = answer.entrance, answer.forwarding
    if entrance is None or forwarding is None:
        return None
    is_internal = isinstance(entrance, Frontend) and entrance.entry is Entry.CLUSTER_IP
    field = "internalTrafficPolicy" if is_internal else "externalTrafficPolicy"
    is_local = pool_name(forwarding.pool).scope in (Scope.LOCAL, Scope.LOCAL_NODES)
    return Policy("Local" if is_local else "Cluster", Origin(entrance.service, f"spec.{field}"))
