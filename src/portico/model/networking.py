"""The networking.k8s.io API group: Ingress, IngressClass."""

from typing import ClassVar

from msgspec import Struct

from portico.model.fact import Fact, PortNumber
from portico.model.ref import Group

DEFAULT_CLASS_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"


class BackendPort(Struct, frozen=True, gc=False):
    """Exactly one of the two is meant to be set."""

    name: str = ""
    number: PortNumber | None = None

    def __str__(self) -> str:
        return self.name if self.number is None else str(self.number)


class ServiceBackend(Struct, frozen=True, gc=False):
    """A Service and one of its ports."""

    name: str
    port: BackendPort = BackendPort()


class Resource(Struct, frozen=True, gc=False, rename="camel"):
    """A backend of another kind than Service."""

    kind: str = ""
    name: str = ""
    api_group: str = ""


class IngressBackend(Struct, frozen=True, gc=False):
    """Where requests go."""

    service: ServiceBackend | None = None
    resource: Resource | None = None


class HTTPPath(Struct, frozen=True, gc=False, rename="camel"):
    """One path of a rule."""

    backend: IngressBackend
    path: str = ""
    path_type: str = "ImplementationSpecific"


class HTTPRule(Struct, frozen=True, gc=False):
    """The paths of a rule."""

    paths: tuple[HTTPPath, ...] = ()


class Rule(Struct, frozen=True, gc=False):
    """One host and its paths; no host means every host."""

    host: str = ""
    http: HTTPRule | None = None


class IngressTLS(Struct, frozen=True, gc=False, rename="camel"):
    """Which Secret holds the certificate of which hosts."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(Struct, frozen=True, gc=False, rename="camel"):
    """The whole of an Ingress v1 spec."""

    ingress_class_name: str = ""
    default_backend: IngressBackend | None = None
    tls: tuple[IngressTLS, ...] = ()
    rules: tuple[Rule, ...] = ()


class Ingress(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """Hosts and paths, and the Services behind them."""

    KIND: ClassVar[str] = "Ingress"

    spec: IngressSpec = IngressSpec()


class IngressClassSpec(Struct, frozen=True, gc=False):
    """Which controller serves a class."""

    controller: str = ""


class IngressClass(Fact, frozen=True, gc=False, rename="camel", kw_only=True):
    """A name for a controller."""

    KIND: ClassVar[str] = "IngressClass"
    NAMESPACED: ClassVar[bool] = False

    spec: IngressClassSpec = IngressClassSpec()

    def groups(self) -> frozenset[Group]:
        return frozenset({DEFAULT_CLASSES}) if self.is_default else frozenset()

    @property
    def is_default(self) -> bool:
        return self.metadata.annotations.get(DEFAULT_CLASS_ANNOTATION) == "true"


DEFAULT_CLASSES = Group(IngressClass.KIND, "default", "true")
