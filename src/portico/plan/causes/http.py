"""Of hosts and paths, certificates and backends; and what may happen to any step."""

from typing import Final

from portico.model.fault import Severity
from portico.plan.causes.cause import Cause

HOST_INVALID: Final = Cause(
    "HostInvalid",
    "{} is not a host name",
    "lower-case DNS name, or *.name for one label; no port, no address",
)
PATH_INVALID: Final = Cause(
    "PathInvalid",
    "no request can ever match path {}",
    "start with '/', without '//', '/./', '/../' or '%2f', at most 4096 bytes",
)
PATH_TYPE_UNKNOWN: Final = Cause(
    "PathTypeUnknown", "path type {} does not exist", "Exact, Prefix or ImplementationSpecific"
)
PATH_TAKEN: Final = Cause(
    "PathTaken",
    "{} came first with the same host, path and path type",
    "change one of them; this one takes over by itself when the other leaves",
)
DEFAULT_TAKEN: Final = Cause(
    "DefaultTaken",
    "{} came first and is the default backend here",
    "keep one of them; this one takes over by itself when the other leaves",
)
BACKEND_MISSING: Final = Cause(
    "BackendMissing",
    "no Service with a port is named",
    "name a Service, and the number or the name of one of its ports",
)
SERVICE_INVALID: Final = Cause(
    "ServiceInvalid",
    "{} is not a name that a Service can have",
    "at most 63 of a-z, 0-9 and '-'; starts and ends with a letter or digit",
)
PORT_INVALID: Final = Cause(
    "PortInvalid",
    "{} is not the name of a port",
    "at most 63 of a-z, 0-9 and '-', with a letter among them; write numbers as port.number",
)
PORT_AMBIGUOUS: Final = Cause(
    "PortAmbiguous", "a port number and the port name {} are given", "keep one of the two"
)
RESOURCE_UNSUPPORTED: Final = Cause(
    "ResourceUnsupported",
    "backends of kind {} cannot be served",
    "only Services can be reached",
)
SERVICE_MISSING: Final = Cause(
    "ServiceMissing",
    "Service {} does not exist",
    "until it does, requests are answered 503",
)
PORT_MISSING: Final = Cause(
    "PortMissing", "there is no port {}", "use a number or a name of the Service's spec.ports"
)
PORT_NOT_TCP: Final = Cause(
    "PortNotTCP", "port {} does not speak TCP, which HTTP needs", "choose a TCP port"
)
EXTERNAL_NAME_INVALID: Final = Cause(
    "ExternalNameInvalid",
    "external name {} cannot be used",
    "a DNS name of another machine: no address, no name of this one",
)
ADDRESS_INVALID: Final = Cause(
    "AddressInvalid", "{} is not an IP address an endpoint can have", "an IPv4 or IPv6 address"
)
NO_ENDPOINTS: Final = Cause(
    "NoEndpoints",
    "Service {} has no ready endpoint",
    "until one is ready, requests are answered 503 and connections refused",
    Severity.WARNING,
)
SECRET_MISSING: Final = Cause(
    "SecretMissing",
    "Secret {} does not exist or holds no valid certificate",
    "until it does, the default certificate is shown",
)
CERTIFICATE_MISMATCH: Final = Cause(
    "CertificateMismatch",
    "the certificate does not cover {}",
    "until it does, the default certificate is shown; issue one for this name",
)
CERTIFICATE_TAKEN: Final = Cause(
    "CertificateTaken",
    "{} came first and decides which certificate is shown for this host",
    "name one Secret for this host in all Ingresses",
    Severity.WARNING,
)
CLASS_MISSING: Final = Cause(
    "ClassMissing",
    "no IngressClass {} is known",
    "apply the IngressClass, or name this class with --ingress-class",
)
CLASS_ELSEWHERE: Final = Cause(
    "ClassElsewhere",
    "class {} belongs to another controller",
    "left alone",
    Severity.NOTE,
)
ANNOTATION_INVALID: Final = Cause(
    "AnnotationInvalid",
    "{} is not a boolean",
    'write "true" or "false"; until then the default is used',
    Severity.WARNING,
)
NOTHING_ASKED: Final = Cause(
    "NothingAsked",
    "neither a rule with paths nor a default backend",
    "add spec.rules or spec.defaultBackend",
)
INTERNAL: Final = Cause(
    "Internal",
    "a fault in Portico stopped this step: {}",
    "the last good state is kept; please report it",
)
