"""What is measured of address pools, under MetalLB's names: dashboards go on to work."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from portico.ipam.address_usage import Usage, usages_of
from portico.model.fault import Fault, Severity
from portico.plan.plan import Plan
from portico.plan.transport import Family
from portico.plan.verdict import Outcome
from portico.status.configuration import CONTROLLER, OF_SPEAKERS
from portico.status.problems import refusals

KINDS: Final = OF_SPEAKERS | CONTROLLER.kinds
"""Those of MetalLB."""

Count = Callable[[Usage], int]


def _usable(family: Family) -> Count:
    return lambda usage: usage.assigned(family) + usage.available(family)


def _assigned(family: Family) -> Count:
    return lambda usage: usage.assigned(family)


def _services(usage: Usage) -> int:
    return len({service for services in usage.used.values() for service in services})


GAUGES: Final[Mapping[str, tuple[str, Count]]] = {
    "addresses_total": (
        "Addresses that a pool can give away.",
        lambda usage: sum(_usable(family)(usage) for family in Family),
    ),
    "ipv4_addresses_total": ("IPv4 addresses of them.", _usable(Family.IPV4)),
    "ipv6_addresses_total": ("IPv6 addresses of them.", _usable(Family.IPV6)),
    "addresses_in_use_total": ("Addresses that are held.", lambda usage: len(usage.used)),
    "ipv4_addresses_in_use_total": ("IPv4 addresses of them.", _assigned(Family.IPV4)),
    "ipv6_addresses_in_use_total": ("IPv6 addresses of them.", _assigned(Family.IPV6)),
    "services_allocated_total": ("Services that hold addresses of a pool.", _services),
}
"""As MetalLB's they are gauges, though their names end as those of counters do."""


def pool_metrics(plan: Plan, faults: Iterable[Fault] = (), updates: int = 0) -> Iterator[Metric]:
    """Nothing where there is no pool. `updates` are changes of objects, of whatever kind."""
    usages = usages_of(plan)
    yield from _configuration(plan, faults, updates)
    for name, (text, count) in GAUGES.items() if usages else ():
        family = GaugeMetricFamily(f"metallb_allocator_{name}", text, labels=["pool"])
        for usage in usages:
            family.add_metric([usage.pool.pool.name], count(usage))
        yield family


def _configuration(plan: Plan, faults: Iterable[Fault], updates: int) -> Iterator[Metric]:
    """Stale is what MetalLB calls it when something is refused; the rest is used all the same."""
    unread = [fault for fault in faults if fault.ref is not None and fault.ref.kind in KINDS]
    known = (isinstance(unit, Outcome) and unit.origin.kind in KINDS for unit in plan.values())
    if not unread and not any(known):
        return
    is_stale = any(fault.severity is Severity.ERROR for fault in unread) or any(
        refusal.origin.ref.kind in KINDS and refusal.because.severity is Severity.ERROR
        for refusal in refusals(plan)
    )
    told = {
        "config_loaded_bool": ("1 once objects of MetalLB are known.", 1),
        "config_stale_bool": ("1 while any of them is refused.", int(is_stale)),
    }
    for name, (text, value) in told.items():
        yield GaugeMetricFamily(f"metallb_k8s_client_{name}", text, value=value)
    text = "Changes of objects that were taken in."
    yield CounterMetricFamily("metallb_k8s_client_updates_total", text, value=updates)
