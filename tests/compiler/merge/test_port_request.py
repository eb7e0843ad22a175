"""The claim of a Service port that names no node port -> PortRequest."""

from compiler.world import compiled
from model.build import lease, service
from portico.model.ref import Ref
from portico.plan.frontend import PortRequest, port_request_key
from portico.plan.key import Origin
from portico.plan.transport import Transport

CART = Ref("Service", "shop", "cart")


def test_it_stands_with_and_without_a_lease() -> None:
    key = port_request_key(CART, 53, Transport.UDP)
    fact = service("cart", {"port": 53, "protocol": "UDP"}, type="NodePort")
    origin = Origin(CART, "spec.ports[0]")
    for facts in ([fact], [fact, lease("cart.53-udp", 31000)]):
        assert compiled(*facts)[key] == PortRequest(key, CART, 53, Transport.UDP, origin)
