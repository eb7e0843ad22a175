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
        "requests are answered 503 until one is ready",
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
