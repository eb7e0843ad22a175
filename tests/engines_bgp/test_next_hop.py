"""Our own addresses, as routers are to see them; and who is a neighbour."""

from engines_bgp.town import ROUTER, ROUTER_6
from portico.engines.bgp.speaker.next_hop import is_neighbour, local_address, partner
from support.netns import needs_namespaces

pytestmark = needs_namespaces

FAR = "203.0.113.9"


def test_addresses_in_the_network_of_a_router(town):
    ask = town.machine.call
    assert ask(local_address, ROUTER, 179, "") == "192.0.2.1"
    assert ask(local_address, ROUTER_6, 179, "eth0") == "2001:db8:2::1"
    assert ask(local_address, FAR, 179, "") == ""
    assert ask(partner, "192.0.2.1") == "2001:db8:2::1"
    assert ask(partner, "2001:db8:2::1") == "192.0.2.1"
    assert ask(partner, "192.0.2.9") == ""
    town.machine.ip("address del 2001:db8:2::1/64 dev eth0")
    assert ask(partner, "192.0.2.1") == ""  # one that is link-local is none


def test_who_is_a_neighbour(town):
    ask = town.machine.call
    assert ask(is_neighbour, ROUTER, "")
    assert ask(is_neighbour, ROUTER_6, "")
    assert ask(is_neighbour, FAR, "")  # nobody knows
    town.machine.ip(f"route add default via {ROUTER}")
    assert not ask(is_neighbour, FAR, "")
