"""Of Services, nodes and this machine at layer 4."""

from typing import Final

from portico.model.fault import Severity
from portico.plan.causes.cause import Cause

TYPE_UNKNOWN: Final = Cause(
    "TypeUnknown",
    "a Service of type {} does not exist",
    "ClusterIP, NodePort, LoadBalancer or ExternalName",
)
HEADLESS: Final = Cause(
    "Headless",
    "{} of a headless Service cannot be served",
    "remove clusterIP: None; without an address of its own a Service is not balanced",
)
PROTOCOL_UNKNOWN: Final = Cause("ProtocolUnknown", "protocol {} does not exist", "TCP, UDP or SCTP")
PORT_REPEATED: Final = Cause(
    "PortRepeated", "port {} is given twice", "keep one of them; the first is served"
)
POLICY_UNKNOWN: Final = Cause(
    "PolicyUnknown",
    "traffic policy {} does not exist",
    "Cluster or Local; until then nothing is served that it is about",
)
PREFERENCE_UNKNOWN: Final = Cause(
    "PreferenceUnknown", "{} is not known", "ignored", Severity.WARNING
)
ANNOTATION_UNUSABLE: Final = Cause(
    "AnnotationUnusable", "{} cannot be used here", "ignored", Severity.WARNING
)
FRONTEND_INVALID: Final = Cause(
    "FrontendInvalid",
    "{} is not an address that clients can connect to",
    "an IPv4 or IPv6 address; no loopback, link-local or multicast one",
)
ADDRESS_TAKEN: Final = Cause(
    "AddressTaken",
    "{} came first with the same address, port and protocol",
    "change one of them; this one takes over by itself when the other leaves",
)
PORT_OCCUPIED: Final = Cause(
    "PortOccupied",
    "{} of this machine",
    "choose another port or address, or stop what listens there (ss -tulpn names it)",
)
NODE_PORT_TAKEN: Final = Cause(
    "NodePortTaken",
    "{} came first with the same node port and protocol",
    "choose another nodePort, or none, to be given one",
)
NODE_PORT_OUT_OF_RANGE: Final = Cause(
    "NodePortOutOfRange",
    "node port {}",
    "choose one in --node-port-range, or none, to be given one",
)
NODE_PORT_MISSING: Final = Cause(
    "NodePortMissing",
    "port {} has no node port, at which --via nodeport could reach the nodes",
    "give it the nodePort that the cluster has given it, and type NodePort or LoadBalancer",
)
NODE_PORT_UNUSED: Final = Cause(
    "NodePortUnused",
    "node port {} is not served",
    "write type: NodePort or LoadBalancer",
    Severity.WARNING,
)
SOURCE_RANGE_INVALID: Final = Cause(
    "SourceRangeInvalid",
    "{} is not a network",
    "write it as 192.0.2.0/24; until then the load balancer lets nobody in",
)
LOAD_BALANCER_ELSEWHERE: Final = Cause(
    "LoadBalancerElsewhere",
    "{} belongs to another load balancer",
    "left alone",
    Severity.NOTE,
)
LOAD_BALANCER_PENDING: Final = Cause(
    "LoadBalancerPending",
    "the load balancer has no address yet",
    "name one with spec.loadBalancerIP, status.loadBalancer or --load-balancer-address",
    Severity.WARNING,
)
BALANCE_APPROXIMATED: Final = Cause(
    "BalanceApproximated",
    "connections are not counted at layer 4, as {} would need",
    "endpoints are drawn at random instead",
    Severity.NOTE,
)
PROXY_PROTOCOL_NOT_TCP: Final = Cause(
    "ProxyProtocolNotTCP",
    "port {} does not speak TCP, which the PROXY protocol needs",
    "this port is served without it",
    Severity.WARNING,
)
ENDPOINT_LOOPS: Final = Cause(
    "EndpointLoops",
    "endpoint {} is an address of the Service itself",
    "connections would come back to where they were sent from; name the address of a pod",
)
ENDPOINT_LOOPBACK: Final = Cause(
    "EndpointLoopback",
    "endpoint {} is a loopback address, which the kernel does not forward to",
    "name another address of this machine; HTTP alone can use this one",
    Severity.WARNING,
)
NO_LOCAL_ENDPOINTS: Final = Cause(
    "NoLocalEndpoints",
    "no ready endpoint is on this node, {}",
    "traffic policy Local drops connections until one is; --node-name must be the nodeName"
    " that endpoints of this machine have",
    Severity.WARNING,
)
NODE_WITHOUT_ADDRESS: Final = Cause(
    "NodeWithoutAddress",
    "Node {} has no address at which it could be reached",
    "until status.addresses has an InternalIP, it gets no traffic",
    Severity.WARNING,
)
NO_HEALTHY_NODE: Final = Cause(
    "NoHealthyNode",
    "no healthy node is there for Service {}",
    "until one is, requests are answered 503 and connections refused",
    Severity.WARNING,
)
