"""What all facts have in common. Only fields that Portico reads are declared.

Structs are frozen and hold tuples, so a fact can be shared freely and compared cheaply;
`gc=False` keeps tens of thousands of them out of the garbage collector's walks, which is safe
because frozen values built bottom-up cannot form a cycle.
"""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct, field

from portico.model.ref import Group, Ref

# \Z, because $ would let a newline pass; [0-9], because \d would let other scripts' digits pass.
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z"

# Kubernetes: RFC 1123 subdomain, and label.
Name = Annotated[str, Meta(max_length=253, pattern=rf"\A{_LABEL}(\.{_LABEL})*\Z")]
Label = Annotated[str, Meta(max_length=63, pattern=rf"\A({_LABEL})?\Z")]
# RFC 3339 in UTC, as the API server writes it.
Timestamp = Annotated[str, Meta(pattern=rf"\A({_MOMENT})?\Z")]
PortNumber = Annotated[int, Meta(ge=1, le=65535)]


class Metadata(Struct, frozen=True, gc=False, rename="camel"):
    """The part of ObjectMeta that decides anything."""

    name: Name
    namespace: Label = ""
    creation_timestamp: Timestamp = ""
    deletion_timestamp: Timestamp = ""
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


class Fact(Struct, frozen=True, gc=False, rename="camel", kw_only=True):
    """One object as a source reported it."""

    KIND: ClassVar[str]
    NAMESPACED: ClassVar[bool] = True

    metadata: Metadata

    @property
    def ref(self) -> Ref:
        namespace = (self.metadata.namespace or "default") if self.NAMESPACED else ""
        return Ref(self.KIND, namespace, self.metadata.name)

    def groups(self) -> frozenset[Group]:
        """The groups this fact belongs to."""
        return frozenset()
