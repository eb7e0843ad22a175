"""The metallb.io API group: pools of addresses, how they are announced, and to whom.

Names are looked up within the namespace of whoever names them, as MetalLB has one for all of it.
"""

from typing import Annotated, ClassVar, Final

from msgspec import Meta, Struct, field

from portico.model.fact import Fact
from portico.model.ref import Group
from portico.model.selector import LabelSelector, Selectors

GROUP: Final = "metallb.io"

FORMER_GROUP: Final = "metallb.universe.tf"
"""The prefix that annotations had before; still read."""

POOL_ANNOTATION: Final = "address-pool"
ADDRESSES_ANNOTATION: Final = "loadBalancerIPs"
SHARING_ANNOTATION: Final = "allow-shared-ip"
ALLOCATED_ANNOTATION: Final = "ip-allocated-from-pool"
"""Annotations of Services, without their prefix. The last one is written, the others are read."""

ASNumber = Annotated[int, Meta(ge=0, le=4294967295)]
LocalASNumber = Annotated[int, Meta(ge=1, le=4294967295)]
UnsignedInt32 = Annotated[int, Meta(ge=0, le=4294967295)]
Milliseconds = Annotated[int, Meta(ge=10, le=60000)]


class ServiceAllocation(Struct, frozen=True, gc=False, rename="camel"):
    """To which Services a pool is pinned; nothing but a priority: to all of them."""

    priority: int = 0
    """Lower goes first; 0 is unset, and last."""

    namespaces: tuple[str, ...] = ()
    namespace_selectors: Selectors = ()
    service_selectors: Selectors = ()


class IPAddressPoolSpec(Struct, frozen=True, gc=False, rename="camel"):
    """Which addresses, and for whom. A range is a CIDR, or `first-last`."""

    addresses: tuple[str, ...]
    auto_assign: bool = True
    avoid_buggy_ips: bool = field(default=False, name="avoidBuggyIPs")
    service_allocation: ServiceAllocation | None = None


class IPAddressPool(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Addresses that Services of type LoadBalancer may get."""

    KIND: ClassVar[str] = "IPAddressPool"

    spec: IPAddressPoolSpec

    def groups(self) -> frozenset[Group]:
        return _ADDRESS_POOL


class WeightedPreference(Struct, frozen=True, gc=False):
    """Nodes that are liked more than others."""

    weight: Annotated[int, Meta(ge=1, le=100)]
    preference: LabelSelector


class L2AdvertisementSpec(Struct, frozen=True, gc=False, rename="camel"):
    """An empty one: all pools, all nodes, all interfaces, all Services."""

    ip_address_pools: tuple[str, ...] = ()
    ip_address_pool_selectors: Selectors = ()
    node_selectors: Selectors = ()
    preferred_node_selectors: tuple[WeightedPreference, ...] = ()
    interfaces: tuple[str, ...] = ()
    service_selectors: Selectors = ()


class L2Advertisement(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Addresses of pools are to be announced by ARP and NDP."""

    KIND: ClassVar[str] = "L2Advertisement"

    spec: L2AdvertisementSpec = L2AdvertisementSpec()

    def groups(self) -> frozenset[Group]:
        return _L2_ADVERTISEMENT


class BGPAdvertisementSpec(Struct, frozen=True, gc=False, rename="camel"):
    """An empty one: host routes of all pools, from all nodes, to all peers."""

    aggregation_length: Annotated[int, Meta(ge=1, le=32)] = 32
    aggregation_length_v6: Annotated[int, Meta(ge=1, le=128)] = 128
    local_pref: UnsignedInt32 = 0
    """0: none is told."""

    communities: tuple[str, ...] = ()
    ip_address_pools: tuple[str, ...] = ()
    ip_address_pool_selectors: Selectors = ()
    node_selectors: Selectors = ()
    peers: tuple[str, ...] = ()
    service_selectors: Selectors = ()


class BGPAdvertisement(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Addresses of pools are to be announced by BGP."""

    KIND: ClassVar[str] = "BGPAdvertisement"

    spec: BGPAdvertisementSpec = BGPAdvertisementSpec()

    def groups(self) -> frozenset[Group]:
        return _BGP_ADVERTISEMENT


class SecretReference(Struct, frozen=True, gc=False):
    """A Secret. That of a password is in the namespace of the peer, whatever is written here."""

    name: str = ""


class BGPPeerSpec(Struct, frozen=True, gc=False, rename="camel"):
    """One neighbour. Times are durations as Go writes them, e.g. `1m30s`; empty: not set."""

    my_asn: ASNumber = field(name="myASN")
    peer_asn: ASNumber = field(default=0, name="peerASN")
    """0: not set."""

    dynamic_asn: str = field(default="", name="dynamicASN")
    """`internal` or `external`, in place of a number."""

    local_asn: LocalASNumber | None = field(default=None, name="localASN")
    peer_address: str = ""
    interface: str = ""
    peer_port: Annotated[int, Meta(ge=0, le=16384)] = 179
    """0, which v1beta1 allows, is 179 too."""

    source_address: str = ""
    router_id: str = field(default="", name="routerID")
    hold_time: str = ""
    keepalive_time: str = ""
    connect_time: str = ""
    node_selectors: Selectors = ()
    password: str = ""
    password_secret: SecretReference = SecretReference()
    bfd_profile: str = ""
    ebgp_multi_hop: bool = False
    enable_graceful_restart: bool = False
    dual_stack_address_family: bool = False
    vrf: str = ""

    def __repr__(self) -> str:
        """Without the password, so no log or traceback can show it."""
        return f"BGPPeerSpec({self.peer_address or self.interface}, …)"


class BGPPeer(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A router that is told routes."""

    KIND: ClassVar[str] = "BGPPeer"

    spec: BGPPeerSpec

    def groups(self) -> frozenset[Group]:
        return _BGP_PEER


class BFDProfileSpec(Struct, frozen=True, gc=False, rename="camel"):
    """Times of one BFD session; what is not set here has the values that FRR gives it."""

    receive_interval: Milliseconds = 300
    transmit_interval: Milliseconds = 300
    detect_multiplier: Annotated[int, Meta(ge=2, le=255)] = 3
    echo_interval: Milliseconds = 50
    echo_mode: bool = False
    passive_mode: bool = False
    minimum_ttl: Annotated[int, Meta(ge=1, le=254)] = 254


class BFDProfile(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """How the way to a peer is watched."""

    KIND: ClassVar[str] = "BFDProfile"

    spec: BFDProfileSpec = BFDProfileSpec()


class CommunityAlias(Struct, frozen=True, gc=False):
    """A name for a community, `AS:N` or `large:N:N:N`."""

    name: str = ""
    value: str = ""


class CommunitySpec(Struct, frozen=True, gc=False):
    """Aliases."""

    communities: tuple[CommunityAlias, ...] = ()


class Community(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Aliases that advertisements use."""

    KIND: ClassVar[str] = "Community"

    spec: CommunitySpec = CommunitySpec()

    def groups(self) -> frozenset[Group]:
        return _COMMUNITY


ADDRESS_POOLS: Final = Group(IPAddressPool.KIND, "all", "")
L2_ADVERTISEMENTS: Final = Group(L2Advertisement.KIND, "all", "")
BGP_ADVERTISEMENTS: Final = Group(BGPAdvertisement.KIND, "all", "")
BGP_PEERS: Final = Group(BGPPeer.KIND, "all", "")
COMMUNITIES: Final = Group(Community.KIND, "all", "")
"""All objects of a kind."""

_ADDRESS_POOL: Final = frozenset({ADDRESS_POOLS})
_L2_ADVERTISEMENT: Final = frozenset({L2_ADVERTISEMENTS})
_BGP_ADVERTISEMENT: Final = frozenset({BGP_ADVERTISEMENTS})
_BGP_PEER: Final = frozenset({BGP_PEERS})
_COMMUNITY: Final = frozenset({COMMUNITIES})
