"""Which engines there are in the rooms that are open, and which of them outlive us."""

from collections.abc import Callable

from portico.engines.arp import Arp
from portico.engines.arp import Options as ArpOptions
from portico.engines.bgp import Bgp
from portico.engines.bgp import Options as BgpOptions
from portico.engines.contract import Engine
from portico.engines.health_ports import HealthPorts
from portico.engines.health_ports import Options as HealthPortsOptions
from portico.engines.nftables import Nftables
from portico.engines.nftables import Options as NftablesOptions
from portico.engines.nginx import Nginx
from portico.engines.nginx import Options as NginxOptions
from portico.engines.relay import Options as RelayOptions
from portico.engines.relay import Relay, relay_port
from portico.ipam.node_ports import Slot
from portico.plan.transport import Transport
from portico.settings import Room, Settings


def engines_of(
    settings: Settings,
    *,
    cleanup: bool,
    forwards: Callable[[], bool],
    is_leaving: Callable[[], bool],
) -> list[Engine]:
    """One of each; `forwards` tells whether the kernel forwards what the plan says, `is_leaving`
    whether clients are to look for another Portico.

    Raises OSError where the state directory cannot be used.
    """
    engines: list[Engine] = []
    if Room.LB in settings.rooms:
        # First of all: at the end, others have its addresses before anything else is let go of.
        engines += [Arp(arp_options(settings)), Bgp(bgp_options(settings))]
    if Room.HTTP in settings.rooms:
        engines.append(Nginx(nginx_options(settings), is_leaving))
    if Room.L4 in settings.rooms:
        port = relay_port(settings.state_dir)
        engines += [
            Nftables(NftablesOptions(relay_port=port, cleanup=cleanup)),
            Relay(RelayOptions(state_dir=settings.state_dir.absolute(), grace=settings.grace)),
            HealthPorts(HealthPortsOptions(node_health=settings.healthz_bind_address), forwards),
        ]
    return engines


def own_ports(settings: Settings) -> list[Slot]:
    """Ports on which engines listen, whatever the plan says."""
    ports = [settings.http_port, settings.https_port] if Room.HTTP in settings.rooms else []
    if Room.L4 in settings.rooms:
        ports.append(relay_port(settings.state_dir))
        ports += [settings.healthz_bind_address[1]] if settings.healthz_bind_address else []
    return [Slot(Transport.TCP, port) for port in ports]


def kept(settings: Settings, *, keep: bool, cleanup: bool) -> frozenset[str]:
    """Names of the engines whose traffic goes on when Portico ends.

    What the kernel forwards needs no process of ours, so it stays unless told otherwise; and the
    relay stays with it, because the kernel leads connections there.
    """
    going_on = set()
    if keep and Room.HTTP in settings.rooms:
        going_on |= {Nginx.name}
    if keep and Room.LB in settings.rooms:
        going_on |= {Arp.name, Bgp.name}
    if not cleanup and Room.L4 in settings.rooms:
        going_on |= {Nftables.name, Relay.name}
    return frozenset(going_on)


def arp_options(settings: Settings) -> ArpOptions:
    """What the ARP engine needs to know."""
    return ArpOptions(
        state_dir=settings.state_dir.absolute(),
        node=settings.node_name,
        port=settings.lb_heartbeat_port,
        interval=settings.lb_heartbeat_interval,
        refresh=settings.lb_refresh,
        interfaces=settings.lb_interfaces,
        secret_file=settings.lb_secret_file,
    )


def bgp_options(settings: Settings) -> BgpOptions:
    """What the BGP engine needs to know."""
    return BgpOptions(
        state_dir=settings.state_dir.absolute(),
        node=settings.node_name,
        daemon=settings.bgp_engine.value,
        grace=settings.grace,
    )


def nginx_options(settings: Settings) -> NginxOptions:
    """What the nginx engine needs to know."""
    return NginxOptions(
        state=(settings.state_dir / "nginx").absolute(),
        bind=settings.bind,
        http_port=settings.http_port,
        https_port=settings.https_port,
        redirect_port=settings.redirect_port,
        workers=settings.workers,
        trusted_proxies=settings.trusted_proxies,
        proxy_protocol=settings.proxy_protocol,
        access_log=settings.access_log,
        log_format=settings.log_format.value,
        grace=settings.grace,
    )
