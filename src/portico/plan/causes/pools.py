"""Of pools of addresses, and of Services that want some."""

from typing import Final

from portico.model.fault import Severity
from portico.plan.causes.cause import Cause

ADDRESS_RANGE_INVALID: Final = Cause(
    "AddressRangeInvalid",
    "the range {}",
    "write it as 192.0.2.0/28, 2001:db8::/120 or 192.0.2.10-192.0.2.20; the other ranges are used",
)
ADDRESS_RANGE_TAKEN: Final = Cause(
    "AddressRangeTaken",
    "the range overlaps {}, which came first",
    "no address can be in two pools; the other ranges are used",
)
POOL_EMPTY: Final = Cause(
    "PoolEmpty", "the pool has no addresses", "add a range to it, or delete it"
)
EIP_PROTOCOL_UNKNOWN: Final = Cause(
    "EipProtocolUnknown",
    "{} is not a way to announce addresses, so nobody announces them",
    "bgp, layer2 or vip; without any it is bgp",
)
POOL_NAME_TAKEN: Final = Cause(
    "PoolNameTaken",
    "{} came first with the same name",
    "Services name pools without a namespace; keep all pools in one, or name this one otherwise",
)
NAMESPACE_ELSEWHERE: Final = Cause(
    "NamespaceElsewhere",
    "MetalLB's objects are read in namespace {} only",
    "move it there, or change --metallb-namespace",
)
DEFAULT_POOL_TAKEN: Final = Cause(
    "DefaultPoolTaken",
    "{} is the default already",
    "only one Eip can be the default; this one is used as any other",
    Severity.WARNING,
)
POOL_MISSING: Final = Cause(
    "PoolMissing", "there is no address pool {}", "create it, or correct the annotation"
)
POOL_CLOSED: Final = Cause(
    "PoolClosed", "address pool {} gives no more addresses", "enable it, or name another one"
)
NO_POOL_FITS: Final = Cause(
    "NoPoolFits",
    "no address pool is for this Service",
    "let its selectors fit one that assigns addresses by itself, or name one; OpenELB's are for"
    " Services with the annotation lb.kubesphere.io/v1alpha1: openelb",
)
NO_ADDRESS_LEFT: Final = Cause(
    "NoAddressLeft",
    "every address that {} has for this Service is taken",
    "widen the pool, or remove a Service; the one that waits longest is served first",
)
NO_ADDRESS_OF_FAMILY: Final = Cause(
    "NoAddressOfFamily",
    "{}",
    "add a range of that family to one pool, or change ipFamilies or ipFamilyPolicy",
)
CLUSTER_IPS_MISSING: Final = Cause(
    "ClusterIpsMissing",
    "RequireDualStack needs two cluster IPs, and there is only {}",
    "the cluster may have one address family only; use PreferDualStack",
)
WANTED_TWICE: Final = Cause(
    "WantedTwice",
    "addresses are wanted by spec.loadBalancerIP and by annotation {}",
    "keep one of them; until then none is given",
)
WANTED_ADDRESS_INVALID: Final = Cause(
    "WantedAddressInvalid", "{} is not an address", "at most one IPv4 and one IPv6 address"
)
WANTED_ADDRESS_REPEATED: Final = Cause(
    "WantedAddressRepeated",
    "{} is one address too many of its family",
    "at most one IPv4 and one IPv6 address",
)
WANTED_ADDRESS_OUTSIDE: Final = Cause(
    "WantedAddressOutside", "no address pool has {}", "want an address of a pool, or widen one"
)
WANTED_ADDRESS_ELSEWHERE: Final = Cause(
    "WantedAddressElsewhere",
    "the address wanted is not of the pool that is named: {}",
    "correct one of the two",
)
WANTED_ADDRESSES_APART: Final = Cause(
    "WantedAddressesApart",
    "the addresses wanted are of several pools: {}",
    "both have to be of one pool",
)
WANTED_FAMILY_UNFIT: Final = Cause(
    "WantedFamilyUnfit",
    "the addresses wanted do not fit the families of the Service: {}",
    "change the addresses, or ipFamilies and ipFamilyPolicy",
)
ADDRESS_HELD: Final = Cause(
    "AddressHeld",
    "{}",
    "want another one, or share it: both Services need the same metallb.io/allow-shared-ip",
)
SHARING_KEY_DIFFERS: Final = Cause(
    "SharingKeyDiffers",
    "{} under another sharing key",
    "both Services need the same metallb.io/allow-shared-ip",
)
SHARING_POLICY_DIFFERS: Final = Cause(
    "SharingPolicyDiffers",
    "{}, and their external traffic policies do not go together",
    "both have to be Cluster, or both Local with the same selector",
)
SHARED_PORT_TAKEN: Final = Cause(
    "SharedPortTaken", "{}", "Services that share an address need ports of their own"
)
ANNOTATION_DEPRECATED: Final = Cause(
    "AnnotationDeprecated",
    "annotation {} is read, but its prefix is the former one",
    "write metallb.io/ in place of metallb.universe.tf/",
    Severity.WARNING,
)
