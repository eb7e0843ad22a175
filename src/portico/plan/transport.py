"""What a layer-4 connection is: transport and address family."""

from enum import StrEnum


class Transport(StrEnum):
    """Protocols of a Service port."""

    TCP = "tcp"
    UDP = "udp"
    SCTP = "sctp"


class Family(StrEnum):
    """Address families."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


def place_of(address: str, port: int) -> str:
    """Address and port as one writes them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def family_of(address: str) -> Family:
    """Of a valid address."""
    return Family.IPV6 if ":" in address else Family.IPV4
