"""How units are addressed."""

from typing import Final, NamedTuple

from portico.model.ref import Ref

LISTENER: Final = "listener"
SITE: Final = "site"
BACKEND: Final = "backend"
CERTIFICATE: Final = "certificate"
OUTCOME: Final = "outcome"
FRONTEND: Final = "frontend"
NODE_PORT: Final = "nodePort"
PORT_REQUEST: Final = "portRequest"
POOL: Final = "pool"
MACHINE: Final = "machine"
PROBE: Final = "probe"
HEALTH_PORT: Final = "healthPort"
ADDRESS_POOL: Final = "addressPool"
ADDRESS_REQUEST: Final = "addressRequest"
LAYER2: Final = "layer2"
BGP_PEER: Final = "bgpPeer"
BGP_ROUTE: Final = "bgpRoute"


class Key(NamedTuple):
    """One unit: its kind, and a name that is unique within the kind."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


CATCH_ALL: Final = Key(SITE, "")
"""The site of every host that nobody named."""


class Origin(NamedTuple):
    """The object and the field something comes from, e.g. `spec.rules[0].http.paths[1]`."""

    ref: Ref
    field: str

    def __str__(self) -> str:
        return f"{self.ref} {self.field}" if self.field else str(self.ref)
