"""What the figures of each engine are called as metrics."""

from collections.abc import Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Figure = tuple[str, type[Metric], str]
"""Name, kind, help."""

_NGINX: Final[Mapping[str, Figure]] = {
    "reloads": ("portico_nginx_reloads", CounterMetricFamily, "Reloads since nginx started."),
    "starts": ("portico_nginx_starts", CounterMetricFamily, "Times Portico started nginx."),
    "pushes": ("portico_nginx_pushes", CounterMetricFamily, "Commits pushed to nginx."),
    "whole_pushes": ("portico_nginx_whole_pushes", CounterMetricFamily, "Pushes of everything."),
    "entries_pushed": ("portico_nginx_entries_pushed", CounterMetricFamily, "Entries pushed."),
    "bytes_pushed": ("portico_nginx_pushed_bytes", CounterMetricFamily, "Bytes pushed."),
    "decodes": ("portico_nginx_decodes", CounterMetricFamily, "Entries decoded by workers."),
    "retries": ("portico_nginx_retries", CounterMetricFamily, "Further attempts of requests."),
    "ejected": ("portico_nginx_ejected_endpoints", GaugeMetricFamily, "As one worker sees it."),
    "memory_free_bytes": ("portico_nginx_memory_free_bytes", GaugeMetricFamily, "Of the plan's."),
    "connections_active": ("portico_nginx_connections", GaugeMetricFamily, "Open connections."),
    "connections_accepted": (
        "portico_nginx_connections_accepted",
        CounterMetricFamily,
        "Connections accepted.",
    ),
    "connections_requests": ("portico_nginx_requests", CounterMetricFamily, "Requests served."),
}

_NFTABLES: Final[Mapping[str, Figure]] = {
    "services": ("portico_nftables_services", GaugeMetricFamily, "Services in the kernel."),
    "elements": ("portico_nftables_elements", GaugeMetricFamily, "Elements in the kernel."),
    "elements_sent": (
        "portico_nftables_elements_sent",
        CounterMetricFamily,
        "Elements added and deleted.",
    ),
    "transactions": ("portico_nftables_transactions", CounterMetricFamily, "Transactions."),
    "readings": (
        "portico_nftables_readings",
        CounterMetricFamily,
        "Times the table was read back from the kernel.",
    ),
    "repairs": (
        "portico_nftables_repairs",
        CounterMetricFamily,
        "Times the table was not as it was left, and was mended.",
    ),
    "flows_deleted": (
        "portico_nftables_flows_deleted",
        CounterMetricFamily,
        "UDP flows of endpoints that left, deleted from conntrack.",
    ),
}

_ARP: Final[Mapping[str, Figure]] = {
    "addresses": ("portico_arp_addresses", GaugeMetricFamily, "Addresses that are announced here."),
    "held": ("portico_arp_held", GaugeMetricFamily, "Addresses that this node answers for."),
    "neighbours": ("portico_arp_neighbours", GaugeMetricFamily, "Other nodes that are heard."),
    "takeovers": ("portico_arp_takeovers", CounterMetricFamily, "Addresses taken."),
    "handovers": ("portico_arp_handovers", CounterMetricFamily, "Addresses let go of."),
    "forged": ("portico_arp_forged", CounterMetricFamily, "Heartbeats that nobody of us has sent."),
    "malformed": ("portico_arp_malformed", CounterMetricFamily, "Heartbeats that make no sense."),
    "replayed": ("portico_arp_replayed", CounterMetricFamily, "Heartbeats that were said before."),
    "conflicts": (
        "portico_arp_conflicts",
        CounterMetricFamily,
        "Times that somebody else announced an address of ours.",
    ),
    "stalls": (
        "portico_arp_stalls",
        CounterMetricFamily,
        "Times that the responder stood still for so long that it gave up what it had.",
    ),
    "starts": ("portico_arp_starts", CounterMetricFamily, "Times Portico started the responder."),
}

_BGP: Final[Mapping[str, Figure]] = {
    "peers": ("portico_bgp_peers", GaugeMetricFamily, "Routers that this node speaks to."),
    "routes": ("portico_bgp_routes", GaugeMetricFamily, "Prefixes that this node announces."),
    "sessions_up": ("portico_bgp_sessions_up", GaugeMetricFamily, "Sessions that are up."),
    "starts": ("portico_bgp_starts", CounterMetricFamily, "Times Portico started the speaker."),
    "daemon_starts": (
        "portico_bgp_daemon_starts",
        CounterMetricFamily,
        "Times the speaker started its daemon.",
    ),
    "changes": ("portico_bgp_changes", CounterMetricFamily, "Changes told to the speaker."),
    "pushes": ("portico_bgp_pushes", CounterMetricFamily, "Whole tables told to the speaker."),
    "bugs": ("portico_bgp_bugs", CounterMetricFamily, "Bugs found in the speaker."),
}

_RELAY: Final[Mapping[str, Figure]] = {
    "starts": ("portico_relay_starts", CounterMetricFamily, "Times Portico started the relay."),
    "pushes": ("portico_relay_pushes", CounterMetricFamily, "Tables pushed to the relay."),
    "connections": ("portico_relay_connections", GaugeMetricFamily, "Open connections."),
    "connections_total": (
        "portico_relay_connections_accepted",
        CounterMetricFamily,
        "Connections accepted.",
    ),
    "connects_failed": (
        "portico_relay_connects_failed",
        CounterMetricFamily,
        "Attempts to reach an endpoint that failed.",
    ),
    "lost": ("portico_relay_lost", CounterMetricFamily, "Connections no endpoint took."),
    "strangers": (
        "portico_relay_strangers",
        CounterMetricFamily,
        "Connections that were led to it from nowhere.",
    ),
    "bytes_up": ("portico_relay_sent_bytes", CounterMetricFamily, "From clients."),
    "bytes_down": ("portico_relay_received_bytes", CounterMetricFamily, "To clients."),
}

_HEALTH_PORTS: Final[Mapping[str, Figure]] = {
    "ports": ("portico_health_ports", GaugeMetricFamily, "Health check node ports."),
    "sockets_failed": (
        "portico_health_ports_failed",
        GaugeMetricFamily,
        "Sockets that could not be opened.",
    ),
    "requests": ("portico_health_ports_requests", CounterMetricFamily, "Questions answered."),
}

FIGURES: Final[Mapping[str, Mapping[str, Figure]]] = {
    "nginx": _NGINX,
    "nftables": _NFTABLES,
    "arp": _ARP,
    "bgp": _BGP,
    "relay": _RELAY,
    "health_ports": _HEALTH_PORTS,
}
"""By engine and figure; figures that are not here are for `portico status` only."""
