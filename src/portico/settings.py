"""Every knob, parsed once, frozen."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

Network = IPv4Network | IPv6Network


class Balance(StrEnum):
    """How an endpoint is picked: in turn, or the quicker of two drawn at random (peak EWMA)."""

    ROUND_ROBIN = "round_robin"
    EWMA = "ewma"


class LogFormat(StrEnum):
    """One line a record, for people or for programs."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What `portico up` was told. Ports are 0 (off) to 65535, times are in seconds."""

    http_port: int = 80
    https_port: int = 443
    bind: tuple[str, ...] = ("0.0.0.0", "::")  # noqa: S104  # an entry is meant to be reached
    redirect_port: int = 443
    """The port that redirects to https name: where clients reach `https_port` from outside."""

    ingress_classes: tuple[str, ...] = ("portico", "nginx")
    serves_every_class: bool = True
    """Whether classes of other names are served too, if their controller is Portico."""

    balance: Balance = Balance.ROUND_ROBIN
    trusted_proxies: tuple[Network, ...] = ()
    proxy_protocol: bool = False

    admin_host: str = "127.0.0.1"
    admin_port: int = 9180
    state_dir: Path = field(default_factory=lambda: Path("/var/lib/portico"))
    workers: int = 0
    """nginx workers; 0 is one a core."""

    access_log: str = "file"
    """`file` (in the state directory, rotated), `stdout`, or `off`."""

    log_format: LogFormat = LogFormat.TEXT
    watch: bool = True
    grace: float = 10.0
    """How long running requests may take to finish when Portico is stopped."""
