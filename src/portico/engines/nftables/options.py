"""What the nftables engine is told when it is made; nothing here comes from an object."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`relay_port` is where the relay of this machine listens; 0: there is none."""

    relay_port: int = 0
    cleanup: bool = False
    """Remove the table at the end, whatever else is kept."""

    clients: int = 65536
    """How many clients a family may have that stay with their endpoint (session affinity)."""
