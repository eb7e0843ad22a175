"""What becomes of the connections to a Service, by the way they come in."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Final, NamedTuple

from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_annotations import (
    SOURCE_RANGES,
    annotation_field,
    keeps_client,
    proxy_protocol,
)
from portico.compiler.lower.service_ports import TRANSPORTS
from portico.model.core import Service
from portico.plan.frontend import Masquerade
from portico.plan.pool import Scope
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Because
from portico.settings import Entry, Network, Settings, Via


class Way(NamedTuple):
    """Which pool gets a connection, and which gets those from inside, where that is another."""

    scope: Scope
    masquerade: Masquerade
    inside: Scope | None = None


# From outside, by `externalTrafficPolicy`. Local keeps the client's address; what comes from inside
# is answered by any endpoint, as if the packets had been outside and come back.
_EXTERNAL: Final[Mapping[tuple[Via, str], Way]] = {
    (Via.ENDPOINTS, "Cluster"): Way(Scope.CLUSTER, Masquerade.ALWAYS),
    (Via.ENDPOINTS, "Local"): Way(Scope.LOCAL, Masquerade.OWN, Scope.CLUSTER),
    (Via.NODE_PORT, "Cluster"): Way(Scope.NODES, Masquerade.ALWAYS),
    (Via.NODE_PORT, "Local"): Way(Scope.LOCAL_NODES, Masquerade.OWN),
}
_INTERNAL: Final[Mapping[str, Scope]] = {"Cluster": Scope.CLUSTER, "Local": Scope.LOCAL}
_ALL: Final = {Family.IPV4: ip_network("0.0.0.0/0"), Family.IPV6: ip_network("::/0")}


class Policy(NamedTuple):
    """A way that is None is refused. `sources` are the networks that may use the load balancer."""

    internal: Way | None
    external: Way | None
    proxy_protocol: int
    sources: tuple[Network, ...] | None
    is_fenced_off: bool
    """The networks cannot be read, so that nobody gets in."""

    def way(self, entry: Entry) -> Way | None:
        if entry is Entry.CLUSTER_IP:
            return self.internal
        if entry is Entry.LOAD_BALANCER and self.is_fenced_off:
            return None
        return self.external

    def admitted(self, entry: Entry, family: Family) -> tuple[Network, ...] | None:
        """The networks of clients that are let in; None: all."""
        if entry is not Entry.LOAD_BALANCER or self.sources is None:
            return None
        if _ALL[family] in self.sources:
            return None
        version = _ALL[family].version
        return tuple(network for network in self.sources if network.version == version)


def policy_of(fact: Service, settings: Settings, petition: Petition) -> Policy:
    """What cannot be understood is refused, and nothing served that it is about."""
    spec = fact.spec
    internal = None
    if (scope := _INTERNAL.get(spec.internal_traffic_policy)) is None:
        _refuse(petition, "spec.internalTrafficPolicy", spec.internal_traffic_policy)
    else:
        is_plain = not settings.cluster_cidrs  # who is outside cannot be told
        internal = Way(scope, Masquerade.NEVER if is_plain else Masquerade.OUTSIDERS)
    if (external := _EXTERNAL.get((settings.via, spec.external_traffic_policy))) is None:
        _refuse(petition, "spec.externalTrafficPolicy", spec.external_traffic_policy)
    elif settings.via is Via.NODE_PORT and (keeps := keeps_client(fact)) is not None:
        external = external._replace(masquerade=Masquerade.OWN if keeps else Masquerade.ALWAYS)
    sources, is_fenced_off = _sources(fact, petition)
    return Policy(internal, external, _proxy(fact, petition), sources, is_fenced_off)


def _refuse(petition: Petition, field: str, text: str) -> None:
    petition.refuse(field, Because.POLICY_UNKNOWN, repr(text))


def _proxy(fact: Service, petition: Petition) -> int:
    if not fact.metadata.annotations:
        return 0
    version, field = proxy_protocol(fact, petition)
    for port in fact.spec.ports if version else ():
        if TRANSPORTS.get(port.protocol, Transport.TCP) is not Transport.TCP:
            named = f"{port.port}/{port.protocol}"
            petition.refuse(field, Because.PROXY_PROTOCOL_NOT_TCP, named)
    return version


def _sources(fact: Service, petition: Petition) -> tuple[tuple[Network, ...] | None, bool]:
    """The networks, if clients are told apart at all, and whether one of them is none."""
    if fact.spec.type != "LoadBalancer":
        return None, False
    texts = fact.spec.load_balancer_source_ranges
    fields = [f"spec.loadBalancerSourceRanges[{index}]" for index in range(len(texts))]
    if not texts and (told := fact.metadata.annotations.get(SOURCE_RANGES, "").strip()):
        texts = tuple(told.split(","))
        fields = [annotation_field(SOURCE_RANGES)] * len(texts)
    if not texts:
        return None, False
    networks = []
    for text, field in zip(texts, fields, strict=True):
        try:
            networks.append(ip_network(text.strip(), strict=False))
        except ValueError:
            petition.refuse(field, Because.SOURCE_RANGE_INVALID, repr(text))
    return tuple(networks), len(networks) < len(texts)
