"""One fact -> its claims. One file per kind of fact."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.address_pool import lower_address_pool
from portico.compiler.lower.bfd_profile import lower_bfd_profile
from portico.compiler.lower.bgp_advertisement import lower_bgp_advertisement
from portico.compiler.lower.bgp_conf import lower_bgp_conf
from portico.compiler.lower.bgp_peer import lower_bgp_peer
from portico.compiler.lower.community import lower_community
from portico.compiler.lower.ingress import lower_ingress
from portico.compiler.lower.l2_advertisement import lower_l2_advertisement
from portico.compiler.lower.machine import lower_machine
from portico.compiler.lower.node import lower_node
from portico.compiler.lower.service import lower_service
from portico.settings import Room, Settings, Via, serves_load_balancers

Lower = Callable[[Any, Look], Iterator[Claim]]

LOWER: Final[Mapping[str, Lower]] = {
    "Ingress": lower_ingress,
    "Service": lower_service,
    "Machine": lower_machine,
    "Node": lower_node,
    "IPAddressPool": lower_address_pool,
    "Eip": lower_address_pool,
    "L2Advertisement": lower_l2_advertisement,
    "BGPAdvertisement": lower_bgp_advertisement,
    "BGPPeer": lower_bgp_peer,
    "BFDProfile": lower_bfd_profile,
    "Community": lower_community,
    "BgpConf": lower_bgp_conf,
    "BgpPeer": lower_bgp_peer,
}

ANNOUNCING: Final = frozenset(
    {
        "L2Advertisement",
        "BGPAdvertisement",
        "BGPPeer",
        "BFDProfile",
        "Community",
        "BgpConf",
        "BgpPeer",
    }
)
"""Who says how addresses are announced."""


def kinds_lowered(settings: Settings) -> frozenset[str]:
    """What is looked at: a room that is switched off costs nothing."""
    kinds = set()
    if Room.HTTP in settings.rooms:
        kinds |= {"Ingress"}
    if Room.L4 in settings.rooms:
        kinds |= {"Service", "Machine"}
    if serves_load_balancers(settings):
        kinds |= {"Service", "IPAddressPool", "Eip"}
    if Room.LB in settings.rooms:
        kinds |= ANNOUNCING
    if settings.via is Via.NODE_PORT:
        kinds |= {"Service", "Node"}  # the health of nodes is asked for in either room
    return frozenset(kinds)
