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


class Room(StrEnum):
    """A family of engines that can be switched on by itself."""

    HTTP = "http"
    L4 = "l4"
    LB = "lb"


class Entry(StrEnum):
    """The ways in that a Service can open at layer 4."""

    CLUSTER_IP = "cluster-ip"
    NODE_PORT = "node-port"
    EXTERNAL_IP = "external-ip"
    LOAD_BALANCER = "load-balancer"


class Via(StrEnum):
    """How a Service is reached: at its endpoints, or through the node ports of its nodes."""

    ENDPOINTS = "endpoints"
    NODE_PORT = "nodeport"


class Pick(StrEnum):
    """Who gets a new layer-4 connection: anyone, or always the same for one source address."""

    RANDOM = "random"
    SOURCE_HASH = "source-hash"


class BgpEngine(StrEnum):
    """The program that speaks BGP."""

    EXABGP = "exabgp"
    BIRD = "bird"


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

    rooms: frozenset[Room] = frozenset(Room)
    entries: frozenset[Entry] = frozenset(Entry)
    via: Via = Via.ENDPOINTS
    """Through node ports this machine is no node: cluster IPs and node ports are not served."""

    node_name: str = "localhost"
    """The node this machine is, as endpoints and Nodes call it."""

    node_port_range: tuple[int, int] = (30000, 32767)
    """First and last node port."""

    node_port_addresses: tuple[Network, ...] = ()
    """Node ports answer on the addresses of this machine in these networks; none: primary ones."""

    load_balancer_addresses: tuple[str, ...] = ()
    """For Services of type LoadBalancer that have no address; none: the primary ones."""

    load_balancer_class: str = ""
    """Only Services of this class are given addresses of pools; empty: only those of none."""

    metallb_namespace: str = ""
    """Where MetalLB's objects are read; empty: everywhere."""

    cluster_cidrs: tuple[Network, ...] = ()
    """The networks of pods."""

    pick: Pick = Pick.RANDOM
    healthz_bind_address: tuple[str, int] | None = None
    """Where the health of this node is told, as kube-proxy does on 0.0.0.0:10256; None: nowhere."""

    lb_interfaces: tuple[str, ...] = ()
    """Where load balancer addresses are announced; none: on all that are fit."""

    lb_secret_file: Path | None = None
    """What heartbeats are signed with, a line each; None: they are not."""

    lb_heartbeat_interval: float = 0.1
    """A node that misses three is replaced."""

    lb_heartbeat_port: int = 9181
    lb_refresh: float = 60.0
    """How often addresses are announced though nothing has changed; 0: never."""

    bgp_engine: BgpEngine = BgpEngine.EXABGP

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


def gives_addresses_in_cluster(settings: Settings) -> bool:
    """Who does not announce leaves it to whoever does, MetalLB for one, and serves what the status
    of Services shows. In a folder nobody else is there who could give addresses.
    """
    return Room.LB in settings.rooms and Entry.LOAD_BALANCER in settings.entries


def serves_load_balancers(settings: Settings) -> bool:
    """Whether Services of type LoadBalancer are given addresses of pools."""
    is_open = not settings.rooms.isdisjoint({Room.L4, Room.LB})
    return is_open and Entry.LOAD_BALANCER in settings.entries
