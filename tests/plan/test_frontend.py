"""Where layer-4 clients connect."""

from portico.model.ref import Ref
from portico.plan.frontend import (
    Forwarding,
    Frontend,
    Masquerade,
    frontend_key,
    node_port_key,
    port_request_key,
)
from portico.plan.key import Key, Origin
from portico.plan.transport import Family, Transport
from portico.settings import Entry

WEB = Ref("Service", "shop", "web")
TCP = Transport.TCP
WAY = Forwarding(Family.IPV4, Key("pool", "x"), Masquerade.ALWAYS)


def test_keys() -> None:
    assert str(frontend_key(TCP, "192.0.2.1", 80)) == "frontend tcp/192.0.2.1/80"
    assert str(frontend_key(TCP, "2001:db8::1", 80)) == "frontend tcp/2001:db8::1/80"
    assert str(node_port_key(Transport.UDP, 30053)) == "nodePort udp/30053"
    assert str(port_request_key(WEB, 80, TCP)) == "portRequest shop/web/80/tcp"


def frontend(forwarding: Forwarding | None) -> Frontend:
    key = frontend_key(TCP, "192.0.2.1", 80)
    origin = Origin(WEB, "spec.externalIPs[0]")
    return Frontend(key, Entry.EXTERNAL_IP, "192.0.2.1", 80, TCP, WEB, 80, forwarding, origin)


def test_what_is_refused_forwards_nothing() -> None:
    assert frontend(WAY).forwardings == (WAY,)
    assert frontend(None).forwardings == ()
