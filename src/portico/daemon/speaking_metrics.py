"""What is measured of sessions with routers, under MetalLB's names: dashboards go on to work."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    UnknownMetricFamily,
)

from portico.plan.bgp import BgpPeer, BgpRoute
from portico.plan.plan import Plan
from portico.plan.spoken import Path, Session, Spoken


class _Told(NamedTuple):
    family: type[Metric]
    text: str
    value: Callable[[Session], float]


# MetalLB's counters lack the suffix that a counter has to have here, but for one of them.
_BGP: Final[Mapping[str, _Told]] = {
    "session_up": _Told(GaugeMetricFamily, "1 while it is up.", lambda one: one.is_up),
    "announced_prefixes_total": _Told(
        GaugeMetricFamily, "Prefixes that are announced.", lambda one: one.prefixes
    ),
    "updates": _Told(CounterMetricFamily, "UPDATE messages sent.", lambda one: one.updates),
    "updates_total_received": _Told(
        UnknownMetricFamily, "UPDATE messages received.", lambda one: one.updates_received
    ),
    "opens_sent": _Told(UnknownMetricFamily, "OPEN messages sent.", lambda one: one.opens_sent),
    "opens_received": _Told(
        UnknownMetricFamily, "OPEN messages received.", lambda one: one.opens_received
    ),
    "keepalives_sent": _Told(
        UnknownMetricFamily, "KEEPALIVE messages sent.", lambda one: one.keepalives_sent
    ),
    "keepalives_received": _Told(
        UnknownMetricFamily, "KEEPALIVE messages received.", lambda one: one.keepalives_received
    ),
    "notifications_sent": _Told(
        UnknownMetricFamily, "NOTIFICATION messages sent.", lambda one: one.notifications_sent
    ),
}

_BFD: Final[Mapping[str, tuple[str, Callable[[Path], float]]]] = {
    "session_up": ("1 while BFD says that the path lives.", lambda path: path.state == "up"),
    "control_packet_input": ("Control packets received.", lambda path: path.packets_in),
    "control_packet_output": ("Control packets sent.", lambda path: path.packets_out),
    "session_up_events": ("Times the path came up.", lambda path: path.ups),
    "session_down_events": ("Times the path went down.", lambda path: path.downs),
}


def speaking_metrics(plan: Plan, spoken: Spoken | None) -> Iterator[Metric]:
    """Of routers that the plan still has."""
    if spoken is None:
        return
    wanted = {unit.address for unit in plan.values() if isinstance(unit, BgpPeer)}
    sessions = {peer: one for peer, one in spoken.sessions.items() if peer in wanted}
    for name, told in _BGP.items():
        metric = told.family(f"metallb_bgp_{name}", told.text, labels=["peer"])  # type: ignore[call-arg]
        for peer, one in sessions.items():
            metric.add_metric([peer], told.value(one))  # type: ignore[attr-defined]
        yield metric
    paths = {peer: one.path for peer, one in sessions.items() if one.path is not None}
    for name, (text, value) in _BFD.items():
        family = GaugeMetricFamily if name == "session_up" else UnknownMetricFamily
        metric = family(f"metallb_bfd_{name}", text, labels=["peer"])
        for peer, path in paths.items():
            metric.add_metric([peer], value(path))
        yield metric


def announced_by_bgp(plan: Plan, spoken: Spoken | None) -> Iterator[tuple[str, str]]:
    """Services and addresses that at least one router is told of by this node."""
    if spoken is None:
        return
    up = {peer for peer, one in spoken.sessions.items() if one.is_up}
    peers = {
        key: unit
        for key, unit in plan.items()
        if isinstance(unit, BgpPeer) and unit.address in up and spoken.node in unit.nodes
    }
    for unit in plan.values():
        if isinstance(unit, BgpRoute) and any(unit.told(spoken.node, key) for key in peers):
            address, _, length = unit.prefix.partition("/")
            is_host = length == ("128" if ":" in address else "32")
            for service in unit.services:
                yield f"{service.namespace}/{service.name}", address if is_host else unit.prefix
