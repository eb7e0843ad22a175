"""Units that are there, and serve nothing."""

import pytest

from portico.compiler.claim import BackendWant, Claim, OutcomeWant, SiteWant, Want, rank_of
from portico.compiler.health_check import HealthCheck
from portico.compiler.merge import MERGE
from portico.compiler.merge.blank import BLANK
from portico.compiler.wants_l4 import (
    FrontendWant,
    HealthPortWant,
    MachineWant,
    NodePortWant,
    PoolWant,
    PortRequestWant,
    ProbeWant,
    Reach,
)
from portico.compiler.wants_lb import AnnouncedWant
from portico.model.networking import BackendPort
from portico.model.ref import Ref
from portico.plan.backend import Backend, backend_key
from portico.plan.certificate import Certificate, certificate_key
from portico.plan.frontend import (
    Forwarding,
    Frontend,
    Masquerade,
    NodePort,
    PortRequest,
    frontend_key,
    node_port_key,
    port_request_key,
)
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import CATCH_ALL, Origin
from portico.plan.layer2 import Layer2, layer2_key
from portico.plan.machine import THIS, Machine
from portico.plan.plan import Unit
from portico.plan.pool import Pool, PoolName, Scope, pool_key
from portico.plan.probe import Probe, probe_key
from portico.plan.site import Site
from portico.plan.transport import Family, Transport
from portico.plan.verdict import Outcome, outcome_key
from portico.settings import Entry

SERVICE, SECRET = Ref("Service", "shop", "cart"), Ref("Secret", "shop", "tls")
INGRESS = Ref("Ingress", "shop", "a")
ORIGIN = Origin(SERVICE, "field")
ANY = SiteWant(ORIGIN)
TCP = Transport.TCP
NAME = PoolName("shop", "cart", 80, TCP, Family.IPV4, Scope.CLUSTER, 2)
WAY = Forwarding(Family.IPV4, pool_key(NAME), Masquerade.ALWAYS)
EXTERNAL = Entry.EXTERNAL_IP
ADDRESS = "192.0.2.1"
FRONTEND = frontend_key(TCP, ADDRESS, 80)


@pytest.mark.parametrize(
    ("unit", "want"),
    [
        (Site(CATCH_ALL), ANY),
        (
            Backend(backend_key("shop", "cart", "web"), SERVICE, "web"),
            BackendWant(SERVICE, BackendPort(name="web"), ORIGIN),
        ),
        (Certificate(certificate_key(SECRET), SECRET, None), ANY),
        (Outcome(outcome_key(INGRESS), INGRESS, (), ()), OutcomeWant(INGRESS, (), ())),
        (Machine(THIS), MachineWant((ADDRESS,), (ADDRESS,), (ADDRESS,))),
        (
            Frontend(
                frontend_key(TCP, ADDRESS, 80),
                EXTERNAL,
                ADDRESS,
                80,
                TCP,
                SERVICE,
                80,
                None,
                ORIGIN,
            ),
            FrontendWant(EXTERNAL, ADDRESS, 80, TCP, SERVICE, WAY, ORIGIN),
        ),
        (
            NodePort(node_port_key(TCP, 30080), 30080, TCP, SERVICE, 80, (), ORIGIN, leased=True),
            NodePortWant(30080, TCP, SERVICE, 80, (WAY,), ORIGIN, is_leased=True),
        ),
        (
            PortRequest(port_request_key(SERVICE, 80, TCP), SERVICE, 80, TCP, ORIGIN),
            PortRequestWant(SERVICE, 80, TCP, ORIGIN),
        ),
        (
            Pool(pool_key(NAME), SERVICE, 80, TCP, Family.IPV4, Scope.CLUSTER, proxy_protocol=2),
            PoolWant(NAME, Reach("", frozenset(), affinity=9), ORIGIN),
        ),
        (
            Probe(probe_key("node-a", 10256), Ref("Node", "", "node-a"), "", 10256, ""),
            ProbeWant(ADDRESS, HealthCheck(10256, "/healthz"), ()),
        ),
        (
            HealthPort(health_port_key(32222), 32222, SERVICE, 0, ORIGIN),
            HealthPortWant(32222, SERVICE, (("", TCP),), False, ORIGIN),
        ),
        (
            Layer2(layer2_key(ADDRESS), ADDRESS, (SERVICE,), ADDRESS, (), None, (), ORIGIN),
            AnnouncedWant(ADDRESS, SERVICE, ADDRESS, {}, (("", TCP),), False, False, ORIGIN),
        ),
    ],
    ids=lambda value: value.key.kind if hasattr(value, "key") else "",
)
def test_a_claim_is_enough_to_make_one(unit: Unit, want: Want) -> None:
    assert BLANK[unit.key.kind](Claim(unit.key, rank_of("", SERVICE), want)) == unit


def test_there_is_one_for_every_merge_step() -> None:
    assert BLANK.keys() == MERGE.keys()
