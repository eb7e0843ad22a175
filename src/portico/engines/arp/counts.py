"""What is counted, of addresses and of the whole responder."""

from collections import defaultdict
from dataclasses import dataclass, field
from ipaddress import ip_address

from portico.engines.arp import wire


@dataclass(slots=True)
class OfAddress:
    requests: int = 0
    responses: int = 0
    gratuitous: int = 0


@dataclass(slots=True)
class Counts:
    """Since the process began. What nobody announces any more is forgotten."""

    forged: int = 0
    malformed: int = 0
    replayed: int = 0
    stalls: int = 0
    conflicts: int = 0
    conflict: str = ""
    """The last one: which address, and who announced it."""

    conflict_at: float | None = None
    namesakes: int = 0
    namesake_at: float | None = None
    by_address: dict[bytes, OfAddress] = field(default_factory=lambda: defaultdict(OfAddress))

    def keep(self, addresses: set[bytes]) -> None:
        for gone in self.by_address.keys() - addresses:
            del self.by_address[gone]

    def documents(self) -> dict[str, wire.Count]:
        return {
            str(ip_address(address)): wire.Count(one.requests, one.responses, one.gratuitous)
            for address, one in self.by_address.items()
        }
