"""What the nginx engine is told when it is made; nothing here comes from an object."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`state` is a directory of the engine's own; memory is in mebibytes, the grace in seconds."""

    state: Path
    bind: tuple[str, ...]
    http_port: int
    https_port: int
    redirect_port: int
    workers: int = 0
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    proxy_protocol: bool = False
    access_log: str = "file"
    log_format: str = "text"
    grace: float = 10.0
    plan_memory: int = 256
    modules: Path = Path("/usr/lib/nginx/modules")
