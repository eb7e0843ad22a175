"""The network.kubesphere.io API group, OpenELB's: pools of addresses, and its BGP.

The kinds are those of v1alpha2; openelb_former.py brings what v1alpha1 wrote otherwise to them.
"""

from typing import Annotated, ClassVar, Final

from msgspec import Meta, Struct, field

from portico.model.fact import Fact, PortNumber
from portico.model.ref import Group
from portico.model.selector import LabelSelector

GROUP: Final = "network.kubesphere.io"

OPT_IN: Final = "lb.kubesphere.io/v1alpha1"
OPTED_IN: Final = "openelb"
"""The annotation, and its value, without which OpenELB does not look at a Service."""

EIP_ANNOTATION: Final = "eip.openelb.kubesphere.io/v1alpha2"
"""On a Service: the Eip by name."""

ADDRESS_ANNOTATION: Final = "eip.openelb.kubesphere.io/v1alpha1"
"""On a Service: the address it wants."""

DEFAULT_EIP_ANNOTATION: Final = "eip.openelb.kubesphere.io/is-default-eip"
RACK_LABEL: Final = "openelb.kubesphere.io/rack"

PROTOCOLS: Final = frozenset({"", "bgp", "layer2", "vip"})
"""In which ways the addresses of an Eip may be announced; empty is bgp."""

ASNumber = Annotated[int, Meta(ge=0, le=4294967295)]


class EipSpec(Struct, frozen=True, gc=False, rename="camel"):
    """One address, a CIDR, or `first-last`; of one family."""

    address: str
    protocol: str = "bgp"
    """`bgp`, `layer2` or `vip`; empty is bgp."""

    interface: str = ""
    """A name, or `can_reach:` and an address."""

    disable: bool = False
    """What has an address keeps it."""

    priority: int = 0
    """Lower goes first."""

    namespaces: tuple[str, ...] = ()
    namespace_selector: dict[str, str] = field(default_factory=dict)
    """Labels, all of which a namespace has to have; not a label selector."""


class Eip(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A pool of addresses."""

    KIND: ClassVar[str] = "Eip"
    NAMESPACED: ClassVar[bool] = False

    spec: EipSpec

    @property
    def is_default(self) -> bool:
        return self.metadata.annotations.get(DEFAULT_EIP_ANNOTATION) == "true"

    def groups(self) -> frozenset[Group]:
        return _EIP


class GracefulRestart(Struct, frozen=True, gc=False, rename="camel"):
    """Times are in seconds; 0: not set."""

    enabled: bool = False
    restart_time: int = 0
    stale_routes_time: int = 0
    deferral_time: int = 0
    helper_only: bool = False
    longlived_enabled: bool = False
    notification_enabled: bool = False


class BgpConfSpec(Struct, frozen=True, gc=False, rename="camel"):
    """This side of all sessions."""

    own_as: ASNumber = field(default=0, name="as")
    as_per_rack: dict[str, ASNumber] = field(default_factory=dict)
    """By the label `openelb.kubesphere.io/rack` of a node."""

    router_id: str = ""
    listen_port: Annotated[int, Meta(ge=-1, le=65535)] = 179
    """-1: nobody listens."""

    listen_addresses: tuple[str, ...] = ()
    use_multiple_paths: bool = False
    graceful_restart: GracefulRestart = GracefulRestart()
    policy: str = ""
    """The name of a ConfigMap with GoBGP's policies."""


class BgpConf(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Only the one named `default` counts."""

    KIND: ClassVar[str] = "BgpConf"
    NAMESPACED: ClassVar[bool] = False

    spec: BgpConfSpec = BgpConfSpec()


DEFAULT_CONF: Final = "default"
"""The name of the one that counts."""


class PeerConf(Struct, frozen=True, gc=False, rename="camel"):
    """Who the neighbour is."""

    neighbor_address: str = ""
    neighbor_interface: str = ""
    peer_as: ASNumber = 0
    local_as: ASNumber = 0
    auth_password: str = ""
    admin_down: bool = False
    vrf: str = ""

    def __repr__(self) -> str:
        """Without the password, so no log or traceback can show it."""
        return f"PeerConf({self.neighbor_address or self.neighbor_interface}, …)"


class PeerTransport(Struct, frozen=True, gc=False, rename="camel"):
    """How the neighbour is reached."""

    passive_mode: bool = False
    remote_port: PortNumber = 179
    remote_address: str = ""


class TimersConfig(Struct, frozen=True, gc=False, rename="camel"):
    """Texts: seconds, or durations as Go writes them; empty: not set."""

    connect_retry: str = ""
    hold_time: str = ""
    keepalive_interval: str = ""


class Timers(Struct, frozen=True, gc=False):
    """Holds the times."""

    config: TimersConfig = TimersConfig()


class EbgpMultihop(Struct, frozen=True, gc=False, rename="camel"):
    """Whether the neighbour may be further away than one hop."""

    enabled: bool = False
    multihop_ttl: Annotated[int, Meta(ge=0, le=255)] = 0


class BgpFamily(Struct, frozen=True, gc=False):
    """E.g. AFI_IP and SAFI_UNICAST."""

    afi: str = ""
    safi: str = ""


class AfiSafiConfig(Struct, frozen=True, gc=False):
    """One address family of a session."""

    enabled: bool = False
    family: BgpFamily = BgpFamily()


class AddPathsConfig(Struct, frozen=True, gc=False, rename="camel"):
    """How many paths to one prefix are told."""

    receive: bool = False
    send_max: Annotated[int, Meta(ge=0)] = 0


class AddPaths(Struct, frozen=True, gc=False):
    """Holds the setting."""

    config: AddPathsConfig = AddPathsConfig()


class AfiSafi(Struct, frozen=True, gc=False, rename="camel"):
    """One address family of a session, and what is told of it."""

    config: AfiSafiConfig = AfiSafiConfig()
    add_paths: AddPaths = AddPaths()


class BgpPeerSpec(Struct, frozen=True, gc=False, rename="camel"):
    """One neighbour, of all nodes that are selected."""

    conf: PeerConf = PeerConf()
    transport: PeerTransport = PeerTransport()
    timers: Timers = Timers()
    ebgp_multihop: EbgpMultihop = EbgpMultihop()
    graceful_restart: GracefulRestart = GracefulRestart()
    afi_safis: tuple[AfiSafi, ...] = ()
    node_selector: LabelSelector = LabelSelector()


class BgpPeer(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A router that is told routes."""

    KIND: ClassVar[str] = "BgpPeer"
    NAMESPACED: ClassVar[bool] = False

    spec: BgpPeerSpec = BgpPeerSpec()

    def groups(self) -> frozenset[Group]:
        return _PEER


EIPS: Final = Group(Eip.KIND, "all", "")
PEERS: Final = Group(BgpPeer.KIND, "all", "")
"""All objects of a kind."""

_EIP: Final = frozenset({EIPS})
_PEER: Final = frozenset({PEERS})
