"""What stands for a unit whose step failed before any good version of it was known.

It is there, and serves nothing: the requests of a host must not fall to the rules of another.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from portico.compiler.claim import Claim, OutcomeWant
from portico.compiler.wants_l4 import (
    FrontendWant,
    HealthPortWant,
    NodePortWant,
    PoolWant,
    PortRequestWant,
)
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest
from portico.plan.backend import Backend
from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.certificate import Certificate
from portico.plan.frontend import Frontend, NodePort, PortRequest
from portico.plan.health_port import HealthPort
from portico.plan.key import (
    ADDRESS_POOL,
    ADDRESS_REQUEST,
    BACKEND,
    BGP_PEER,
    BGP_ROUTE,
    CERTIFICATE,
    FRONTEND,
    HEALTH_PORT,
    LAYER2,
    MACHINE,
    NODE_PORT,
    OUTCOME,
    POOL,
    PORT_REQUEST,
    PROBE,
    SITE,
)
from portico.plan.layer2 import Layer2
from portico.plan.machine import Machine
from portico.plan.plan import Unit
from portico.plan.pool import Pool
from portico.plan.probe import Probe
from portico.plan.site import Site
from portico.plan.verdict import Outcome


def blank_site(claim: Claim) -> Site:
    return Site(claim.key)


def blank_backend(claim: Claim) -> Backend:
    namespace, service, port = claim.key.name.split("/")
    return Backend(claim.key, Ref("Service", namespace, service), port)


def blank_certificate(claim: Claim) -> Certificate:
    namespace, name = claim.key.name.split("/")
    return Certificate(claim.key, Ref("Secret", namespace, name), None)


def blank_outcome(claim: Claim) -> Outcome:
    want = claim.want
    assert isinstance(want, OutcomeWant)
    return Outcome(claim.key, want.origin, (), ())


def blank_machine(claim: Claim) -> Machine:
    return Machine(claim.key)


def blank_frontend(claim: Claim) -> Frontend:
    """Of whoever came first."""
    want = claim.want
    assert isinstance(want, FrontendWant)
    return Frontend(
        claim.key,
        want.entry,
        want.address,
        want.port,
        want.transport,
        want.service,
        want.port,
        None,
        want.origin,
    )


def blank_node_port(claim: Claim) -> NodePort:
    """Of whoever came first."""
    want = claim.want
    assert isinstance(want, NodePortWant)
    return NodePort(
        claim.key,
        want.port,
        want.transport,
        want.service,
        want.service_port,
        (),
        want.origin,
        want.is_leased,
    )


def blank_port_request(claim: Claim) -> PortRequest:
    want = claim.want
    assert isinstance(want, PortRequestWant)
    return PortRequest(claim.key, want.service, want.service_port, want.transport, want.origin)


def blank_pool(claim: Claim) -> Pool:
    want = claim.want
    assert isinstance(want, PoolWant)
    namespace, service, port, transport, family, scope, proxy_protocol = want.name
    ref = Ref("Service", namespace, service)
    return Pool(claim.key, ref, port, transport, family, scope, proxy_protocol=proxy_protocol)


def blank_probe(claim: Claim) -> Probe:
    """Without an address nobody is asked."""
    node, port = claim.key.name.split("/")
    return Probe(claim.key, Ref("Node", "", node), "", int(port), "")


def blank_health_port(claim: Claim) -> HealthPort:
    """Of whoever came first."""
    want = claim.want
    assert isinstance(want, HealthPortWant)
    return HealthPort(claim.key, want.port, want.service, 0, want.origin)


def blank_address_pool(claim: Claim) -> AddressPool:
    """Nobody is given anything of it."""
    want = claim.want
    assert isinstance(want, AddressPool)
    return replace(want, ranges=())


def blank_address_request(claim: Claim) -> AddressRequest:
    want = claim.want
    assert isinstance(want, AddressRequest)
    return want


def blank_layer2(claim: Claim) -> Layer2:
    """Of whoever came first; announced by nobody."""
    want = claim.want
    assert isinstance(want, AnnouncedWant)
    return Layer2(
        claim.key, want.address, (want.service,), want.first_address, (), None, (), want.origin
    )


def blank_bgp_peer(claim: Claim) -> BgpPeer:
    want = claim.want
    assert isinstance(want, BgpPeer)
    return want


def blank_bgp_route(claim: Claim) -> BgpRoute:
    """Of whoever came first; told to nobody."""
    want = claim.want
    assert isinstance(want, AnnouncedWant)
    return BgpRoute(claim.key, claim.key.name, (want.service,), (), (), want.origin)


BLANK: Final[Mapping[str, Callable[[Claim], Unit]]] = {
    SITE: blank_site,
    BACKEND: blank_backend,
    CERTIFICATE: blank_certificate,
    OUTCOME: blank_outcome,
    MACHINE: blank_machine,
    FRONTEND: blank_frontend,
    NODE_PORT: blank_node_port,
    PORT_REQUEST: blank_port_request,
    POOL: blank_pool,
    PROBE: blank_probe,
    HEALTH_PORT: blank_health_port,
    LAYER2: blank_layer2,
    BGP_PEER: blank_bgp_peer,
    BGP_ROUTE: blank_bgp_route,
    ADDRESS_POOL: blank_address_pool,
    ADDRESS_REQUEST: blank_address_request,
}
