"""MET-02, MET-04, L2-09: what is measured of pools, under MetalLB's names."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from ipam.estate import pool, want
from portico.daemon.pool_metrics import pool_metrics
from portico.model.fault import Fault, Place
from portico.model.ref import Ref
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest, AddressWant, address_request_key
from portico.plan.key import Origin
from portico.plan.plan import Plan
from portico.plan.verdict import Because, Outcome, Refusal, outcome_key


def request(asked: AddressWant, *held: str) -> AddressRequest:
    ref = asked.service
    origin = Origin(ref, "spec.type")
    return AddressRequest(address_request_key(ref), ref, asked, held, None, origin)


def measured(
    *units: AddressPool | AddressRequest | Outcome, faults: tuple[Fault, ...] = (), updates: int = 0
) -> dict[str, float]:
    """As a Prometheus reads it, by name without the prefix; all is of pool edge."""
    plan: Plan = {unit.key: unit for unit in units}

    class Collector:
        def collect(self):
            return list(pool_metrics(plan, faults, updates))

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector())  # type: ignore[arg-type]
    text = generate_latest(registry).decode()
    found = [each for family in text_string_to_metric_families(text) for each in family.samples]
    assert all(each.labels in ({}, {"pool": "edge"}) for each in found)
    return {
        each.name.removeprefix("metallb_allocator_").removeprefix("metallb_k8s_client_"): each.value
        for each in found
    }


def test_pools() -> None:
    edge = pool("edge", "192.0.2.0/28", "2001:db8::/126")
    found = measured(
        edge,
        request(want("a"), "192.0.2.1", "2001:db8::1"),
        request(want("b"), "192.0.2.1"),
    )
    assert found == {
        "addresses_total": 20,
        "ipv4_addresses_total": 16,
        "ipv6_addresses_total": 4,
        "addresses_in_use_total": 2,
        "ipv4_addresses_in_use_total": 1,
        "ipv6_addresses_in_use_total": 1,
        "services_allocated_total": 2,
    }
    assert measured(edge)["addresses_in_use_total"] == 0


def test_without_pools_nothing_is_measured() -> None:
    assert measured() == {}


def test_met_04_whether_anything_is_refused_and_how_much_has_changed() -> None:
    ref = Ref("IPAddressPool", "home", "edge")
    refusal = Refusal(Origin(ref, "spec.addresses[0]"), Because.ADDRESS_RANGE_INVALID, "'x'")
    bad = Outcome(outcome_key(ref), ref, (), (refusal,))
    assert measured(bad, updates=3) == {
        "config_loaded_bool": 1,
        "config_stale_bool": 1,
        "updates_total": 3,
    }
    good = Outcome(outcome_key(ref), ref, (), ())
    assert measured(good)["config_stale_bool"] == 0


def test_met_04_what_cannot_even_be_read_is_refused() -> None:
    fault = Fault(Place("kube"), Ref("BGPPeer", "home", "router"), "spec", "is missing", "add it")
    assert measured(faults=(fault,))["config_stale_bool"] == 1
    other = fault._replace(ref=Ref("Ingress", "home", "shop"))
    assert measured(faults=(other,)) == {}
