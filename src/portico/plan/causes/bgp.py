"""Of routers, and of what they are told."""

from typing import Final

from portico.model.fault import Severity
from portico.plan.causes.cause import Cause

PEER_ADDRESS_INVALID: Final = Cause(
    "PeerAddressInvalid",
    "{} is not an address at which a router can be",
    "an IPv4 or IPv6 address; no loopback, link-local or multicast one",
)
PEER_UNNUMBERED: Final = Cause(
    "PeerUnnumbered",
    "a session over interface {} without an address is not supported",
    "name the address of the router instead",
)
PEER_TAKEN: Final = Cause(
    "PeerTaken",
    "{} came first with a session to the same address from the same nodes",
    "keep one of them, or give them other nodeSelectors; from other nodes it has its session",
)
AS_NUMBER_MISSING: Final = Cause(
    "AsNumberMissing", "{}", "name our AS number, and that of the router or internal or external"
)
AS_NUMBER_TWICE: Final = Cause(
    "AsNumberTwice", "an AS number and dynamicASN {} are given", "keep one of the two"
)
DYNAMIC_AS_UNKNOWN: Final = Cause("DynamicAsUnknown", "{} is not known", "internal or external")
MULTIHOP_INTERNAL: Final = Cause(
    "MultihopInternal",
    "ebgpMultiHop is given, but the router is in our own AS, {}",
    "remove it: within an AS any number of hops is fine",
)
ROUTER_ID_INVALID: Final = Cause(
    "RouterIdInvalid", "{} is not a router id", "write it as an IPv4 address"
)
SOURCE_ADDRESS_INVALID: Final = Cause(
    "SourceAddressInvalid",
    "{} cannot be the source of a session",
    "an address of the node, of the same family as that of the router",
)
BGP_TIME_INVALID: Final = Cause(
    "BgpTimeInvalid",
    "{}",
    "hold time 0 or 3s to 65535s, keepalive no longer than it, connect time 1s to 65535s",
)
KEEPALIVE_APPROXIMATED: Final = Cause(
    "KeepaliveApproximated",
    "keepalives are sent every third of the hold time, not every {}",
    "a hold time of three times that has the same effect; --bgp-engine bird keeps both",
    Severity.NOTE,
)
VRF_INVALID: Final = Cause(
    "VrfInvalid", "no VRF can be called {}", "the name of an interface: at most 15 characters"
)
PASSWORD_TWICE: Final = Cause(
    "PasswordTwice", "a password and the Secret {} are given", "keep the Secret"
)
PASSWORD_MISSING: Final = Cause(
    "PasswordMissing",
    "{}",
    "a Secret of type kubernetes.io/basic-auth with a password, in the namespace of the peer",
)
PASSWORD_INVALID: Final = Cause(
    "PasswordInvalid", "the password {}", "TCP MD5 takes 1 to 80 octets of text"
)
BFD_PROFILE_MISSING: Final = Cause(
    "BfdProfileMissing", "BFDProfile {} does not exist", "create it in the namespace of the peer"
)
BFD_ECHO_UNSUPPORTED: Final = Cause(
    "BfdEchoUnsupported",
    "BFD is run without its echo mode, which {}",
    "nothing else changes: a dead path is noticed as quickly by control packets",
    Severity.WARNING,
)
BGP_SETTING_UNSUPPORTED: Final = Cause(
    "BgpSettingUnsupported", "{} is not supported", "ignored", Severity.WARNING
)
BGP_CONF_UNUSED: Final = Cause(
    "BgpConfUnused", "only the BgpConf named {} counts", "rename it", Severity.WARNING
)
COMMUNITY_INVALID: Final = Cause(
    "CommunityInvalid",
    "{} is neither a community nor the name of one",
    "AS:N, large:N:N:N, or a name that a Community object in this namespace gives",
)
COMMUNITIES_TOO_MANY: Final = Cause(
    "CommunitiesTooMany",
    "{} communities do not fit into one message",
    "at most 63; its routes are not announced without them",
)
COMMUNITY_NAME_TAKEN: Final = Cause(
    "CommunityNameTaken",
    "{} gave this name first",
    "give every name once; the first one counts",
)
AGGREGATION_SELECTIVE: Final = Cause(
    "AggregationSelective",
    "routes are aggregated to /{}, but only some Services are selected",
    "aggregate in another advertisement, without serviceSelectors",
)
AGGREGATION_TOO_WIDE: Final = Cause(
    "AggregationTooWide",
    "{}, which is wider than what the pool has",
    "other pools are announced; make the prefix longer for this one",
)
LOCAL_PREF_CONFLICT: Final = Cause(
    "LocalPrefConflict",
    "{} came first with another local preference for the same routes, nodes and peers",
    "give both the same, or other pools, nodes or peers",
)
ADVERTISED_PEER_MISSING: Final = Cause(
    "AdvertisedPeerMissing",
    "there is no BGPPeer {} in this namespace",
    "correct the name; the other peers are told",
    Severity.WARNING,
)
NO_BGP_PEER: Final = Cause(
    "NoBgpPeer",
    "no router is told of the address: {}",
    "create a BGPPeer whose nodeSelectors select a node that may announce",
    Severity.WARNING,
)
