"""What is measured of announced addresses, under MetalLB's names: dashboards go on to work."""

from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric, UnknownMetricFamily

from portico.daemon.announcing import units_of
from portico.daemon.speaking_metrics import announced_by_bgp
from portico.plan.announced import Sight
from portico.plan.plan import Plan
from portico.plan.spoken import Spoken


class Seen(NamedTuple):
    """What this node sees of those who announce, and says to routers."""

    sight: Sight | None = None
    spoken: Spoken | None = None


def announcing_metrics(plan: Plan, seen: Seen) -> Iterator[Metric]:
    """Of addresses that the plan still has, so that those of deleted Services vanish."""
    sight = seen.sight
    if sight is None:
        return
    announced = GaugeMetricFamily(
        "metallb_speaker_announced",
        "Addresses that this node announces.",
        labels=["service", "protocol", "node", "ip"],
    )
    # MetalLB's counters lack the suffix that a counter has to have here.
    requests = _by_address("requests_received", "ARP and NDP requests for an address of ours.")
    responses = _by_address("responses_sent", "Answers to them.")
    gratuitous = _by_address("gratuitous_sent", "Announcements that nobody asked for.")
    for unit in units_of(plan):
        found = sight.of(unit.address)
        if found.interfaces_of(sight.node):
            for service in unit.services:
                name = f"{service.namespace}/{service.name}"
                announced.add_metric([name, "layer2", sight.node, unit.address], 1)
        if any(found.counted):
            requests.add_metric([unit.address], found.counted.requests)
            responses.add_metric([unit.address], found.counted.responses)
            gratuitous.add_metric([unit.address], found.counted.gratuitous)
    for name, address in announced_by_bgp(plan, seen.spoken):
        announced.add_metric([name, "bgp", sight.node, address], 1)
    yield from (announced, requests, responses, gratuitous)


def _by_address(name: str, text: str) -> UnknownMetricFamily:
    return UnknownMetricFamily(f"metallb_layer2_{name}", text, labels=["ip"])
