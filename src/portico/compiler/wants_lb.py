"""What Services ask of those who announce their addresses."""

from msgspec import Struct

from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.transport import Transport


class AnnouncedWant(Struct, frozen=True, gc=False):
    """An address of a Service is to be announced.

    `first_address` is the Service's first one. `ports` are names and transports of its ports:
    who has endpoints of none of them is not to announce it, if `is_local` no other node either.
    """

    address: str
    service: Ref
    first_address: str
    labels: dict[str, str]
    ports: tuple[tuple[str, Transport], ...]
    is_local: bool
    publishes_not_ready: bool
    origin: Origin
