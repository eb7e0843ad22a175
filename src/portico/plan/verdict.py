"""What became of what an object asked for: accepted, or refused because."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from portico.lib.shorten import shortened
from portico.model.fault import Severity
from portico.model.ref import Ref
from portico.plan.key import OUTCOME, Key, Origin


class Cause(NamedTuple):
    """One kind of refusal: the sentence and the advice; `{}` in the sentence takes the detail."""

    code: str
    sentence: str
    hint: str
    severity: Severity = Severity.ERROR


class Because(Enum):
    """Every reason Portico has for a no. The codes are stable: scripts and metrics use them."""

    HOST_INVALID = Cause(
        "HostInvalid",
        "{} is not a host name",
        "lower-case DNS name, or *.name for one label; no port, no address",
    )
    PATH_INVALID = Cause(
        "PathInvalid",
        "no request can ever match path {}",
        "start with '/', without '//', '/./', '/../' or '%2f', at most 4096 bytes",
    )
    PATH_TYPE_UNKNOWN = Cause(
        "PathTypeUnknown", "path type {} does not exist", "Exact, Prefix or ImplementationSpecific"
    )
    PATH_TAKEN = Cause(
        "PathTaken",
        "{} came first with the same host, path and path type",
        "change one of them; this one takes over by itself when the other leaves",
    )
    DEFAULT_TAKEN = Cause(
        "DefaultTaken",
        "{} came first and is the default backend here",
        "keep one of them; this one takes over by itself when the other leaves",
    )
    BACKEND_MISSING = Cause(
        "BackendMissing",
        "no Service with a port is named",
        "name a Service, and the number or the name of one of its ports",
    )
    SERVICE_INVALID = Cause(
        "ServiceInvalid",
        "{} is not a name that a Service can have",
        "at most 63 of a-z, 0-9 and '-'; starts and ends with a letter or digit",
    )
    PORT_INVALID = Cause(
        "PortInvalid",
        "{} is not the name of a port",
        "at most 63 of a-z, 0-9 and '-', with a letter among them; write numbers as port.number",
    )
    PORT_AMBIGUOUS = Cause(
        "PortAmbiguous", "a port number and the port name {} are given", "keep one of the two"
    )
    RESOURCE_UNSUPPORTED = Cause(
        "ResourceUnsupported",
        "backends of kind {} cannot be served",
        "only Services can be reached",
    )
    SERVICE_MISSING = Cause(
        "ServiceMissing",
        "Service {} does not exist",
        "until it does, requests are answered 503",
    )
    PORT_MISSING = Cause(
        "PortMissing", "there is no port {}", "use a number or a name of the Service's spec.ports"
    )
    PORT_NOT_TCP = Cause(
        "PortNotTCP", "port {} does not speak TCP, which HTTP needs", "choose a TCP port"
    )
    EXTERNAL_NAME_INVALID = Cause(
        "ExternalNameInvalid",
        "external name {} cannot be used",
        "a DNS name of another machine: no address, no name of this one",
    )
    ADDRESS_INVALID = Cause(
        "AddressInvalid", "{} is not an IP address an endpoint can have", "an IPv4 or IPv6 address"
    )
    NO_ENDPOINTS = Cause(
        "NoEndpoints",
        "Service {} has no ready endpoint",
        "until one is ready, requests are answered 503 and connections refused",
        Severity.WARNING,
    )
    SECRET_MISSING = Cause(
        "SecretMissing",
        "Secret {} does not exist or holds no valid certificate",
        "until it does, the default certificate is shown",
    )
    CERTIFICATE_MISMATCH = Cause(
        "CertificateMismatch",
        "the certificate does not cover {}",
        "until it does, the default certificate is shown; issue one for this name",
    )
    CERTIFICATE_TAKEN = Cause(
        "CertificateTaken",
        "{} came first and decides which certificate is shown for this host",
        "name one Secret for this host in all Ingresses",
        Severity.WARNING,
    )
    CLASS_MISSING = Cause(
        "ClassMissing",
        "no IngressClass {} is known",
        "apply the IngressClass, or name this class with --ingress-class",
    )
    CLASS_ELSEWHERE = Cause(
        "ClassElsewhere",
        "class {} belongs to another controller",
        "left alone",
        Severity.NOTE,
    )
    ANNOTATION_INVALID = Cause(
        "AnnotationInvalid",
        "{} is not a boolean",
        'write "true" or "false"; until then the default is used',
        Severity.WARNING,
    )
    NOTHING_ASKED = Cause(
        "NothingAsked",
        "neither a rule with paths nor a default backend",
        "add spec.rules or spec.defaultBackend",
    )
    TYPE_UNKNOWN = Cause(
        "TypeUnknown",
        "a Service of type {} does not exist",
        "ClusterIP, NodePort, LoadBalancer or ExternalName",
    )
    HEADLESS = Cause(
        "Headless",
        "{} of a headless Service cannot be served",
        "remove clusterIP: None; without an address of its own a Service is not balanced",
    )
    PROTOCOL_UNKNOWN = Cause("ProtocolUnknown", "protocol {} does not exist", "TCP, UDP or SCTP")
    PORT_REPEATED = Cause(
        "PortRepeated", "port {} is given twice", "keep one of them; the first is served"
    )
    POLICY_UNKNOWN = Cause(
        "PolicyUnknown",
        "traffic policy {} does not exist",
        "Cluster or Local; until then nothing is served that it is about",
    )
    PREFERENCE_UNKNOWN = Cause("PreferenceUnknown", "{} is not known", "ignored", Severity.WARNING)
    ANNOTATION_UNUSABLE = Cause(
        "AnnotationUnusable", "{} cannot be used here", "ignored", Severity.WARNING
    )
    FRONTEND_INVALID = Cause(
        "FrontendInvalid",
        "{} is not an address that clients can connect to",
        "an IPv4 or IPv6 address; no loopback, link-local or multicast one",
    )
    ADDRESS_TAKEN = Cause(
        "AddressTaken",
        "{} came first with the same address, port and protocol",
        "change one of them; this one takes over by itself when the other leaves",
    )
    PORT_OCCUPIED = Cause(
        "PortOccupied",
        "{} of this machine",
        "choose another port or address, or stop what listens there (ss -tulpn names it)",
    )
    NODE_PORT_TAKEN = Cause(
        "NodePortTaken",
        "{} came first with the same node port and protocol",
        "choose another nodePort, or none, to be given one",
    )
    NODE_PORT_OUT_OF_RANGE = Cause(
        "NodePortOutOfRange",
        "node port {}",
        "choose one in --node-port-range, or none, to be given one",
    )
    NODE_PORT_MISSING = Cause(
        "NodePortMissing",
        "port {} has no node port, at which --via nodeport could reach the nodes",
        "give it the nodePort that the cluster has given it, and type NodePort or LoadBalancer",
    )
    NODE_PORT_UNUSED = Cause(
        "NodePortUnused",
        "node port {} is not served",
        "write type: NodePort or LoadBalancer",
        Severity.WARNING,
    )
    SOURCE_RANGE_INVALID = Cause(
        "SourceRangeInvalid",
        "{} is not a network",
        "write it as 192.0.2.0/24; until then the load balancer lets nobody in",
    )
    LOAD_BALANCER_ELSEWHERE = Cause(
        "LoadBalancerElsewhere",
        "{} belongs to another load balancer",
        "left alone",
        Severity.NOTE,
    )
    LOAD_BALANCER_PENDING = Cause(
        "LoadBalancerPending",
        "the load balancer has no address yet",
        "name one with spec.loadBalancerIP, status.loadBalancer or --load-balancer-address",
        Severity.WARNING,
    )
    BALANCE_APPROXIMATED = Cause(
        "BalanceApproximated",
        "connections are not counted at layer 4, as {} would need",
        "endpoints are drawn at random instead",
        Severity.NOTE,
    )
    PROXY_PROTOCOL_NOT_TCP = Cause(
        "ProxyProtocolNotTCP",
        "port {} does not speak TCP, which the PROXY protocol needs",
        "this port is served without it",
        Severity.WARNING,
    )
    ENDPOINT_LOOPS = Cause(
        "EndpointLoops",
        "endpoint {} is an address of the Service itself",
        "connections would come back to where they were sent from; name the address of a pod",
    )
    ENDPOINT_LOOPBACK = Cause(
        "EndpointLoopback",
        "endpoint {} is a loopback address, which the kernel does not forward to",
        "name another address of this machine; HTTP alone can use this one",
        Severity.WARNING,
    )
    NO_LOCAL_ENDPOINTS = Cause(
        "NoLocalEndpoints",
        "no ready endpoint is on this node, {}",
        "traffic policy Local drops connections until one is; --node-name must be the nodeName"
        " that endpoints of this machine have",
        Severity.WARNING,
    )
    NODE_WITHOUT_ADDRESS = Cause(
        "NodeWithoutAddress",
        "Node {} has no address at which it could be reached",
        "until status.addresses has an InternalIP, it gets no traffic",
        Severity.WARNING,
    )
    NO_HEALTHY_NODE = Cause(
        "NoHealthyNode",
        "no healthy node is there for Service {}",
        "until one is, requests are answered 503 and connections refused",
        Severity.WARNING,
    )
    INTERNAL = Cause(
        "Internal",
        "a fault in Portico stopped this step: {}",
        "the last good state is kept; please report it",
    )

    @property
    def severity(self) -> Severity:
        return self.value.severity


DETAIL_LIMIT: Final = 200
"""Characters of a user's text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One no, with its reason; feeds status, events, explain and metrics."""

    origin: Origin
    because: Because
    detail: str = ""

    @property
    def reason(self) -> str:
        return self.because.value.sentence.format(shortened(self.detail, DETAIL_LIMIT))

    @property
    def hint(self) -> str:
        return self.because.value.hint


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one object asked for, and what of it was refused before it reached any other unit.

    `mentioned` are units it would have asked for if it were ours: for who asks about those.
    """

    key: Key
    origin: Ref
    asked: tuple[Key, ...]
    refused: tuple[Refusal, ...]
    mentioned: tuple[Key, ...] = ()


def outcome_key(ref: Ref) -> Key:
    """Where to find what became of an object."""
    return Key(OUTCOME, f"{ref.kind}/{ref.namespace}/{ref.name}")
