"""Plans of one or two sessions and some routes, as the compiler would make them."""

from engines_bgp.town import OURS, ROUTER, THEIRS
from portico.model.ref import Ref
from portico.plan.bgp import BgpPeer, BgpRoute, Nodes, Telling, bgp_peer_key, bgp_route_key
from portico.plan.key import Origin
from portico.plan.transport import Family

ANYONE = Nodes(is_open=True)
AD = Ref("BGPAdvertisement", "home", "all")
SERVICE = Ref("Service", "shop", "web")


def peer(name="rack", address=ROUTER, nodes=ANYONE, **more):
    ref = Ref("BGPPeer", "home", name)
    families = (Family.IPV6,) if ":" in address else (Family.IPV4,)
    known = {"local_as": OURS, "remote": THEIRS, "families": families, "hold": 9}
    return BgpPeer(
        key=bgp_peer_key(ref), peer=ref, address=address, nodes=nodes,
        origin=Origin(ref, "spec.peerAddress"), **(known | more),
    )  # fmt: skip


def route(prefix, *peers, nodes=ANYONE, **attributes):
    keys = tuple(each.key for each in peers)
    telling = Telling(AD, nodes, keys, **attributes)
    return BgpRoute(
        bgp_route_key(prefix), prefix, (SERVICE,), (telling,), (), Origin(SERVICE, "status")
    )


def plan_of(*units):
    return {unit.key: unit for unit in units}
