"""How much of every pool is used, and by whom."""

from ipam.estate import eip, pool, service, want, wants_eip
from portico.ipam.address_usage import Usages, usages_of
from portico.plan.address_pool import AddressPool
from portico.plan.address_request import AddressRequest, AddressWant, Given, address_request_key
from portico.plan.key import Origin
from portico.plan.plan import Diff, Plan
from portico.plan.transport import Family
from portico.status.pools import pool_status


def request(asked: AddressWant, *held: str, given: Given | None = None) -> AddressRequest:
    ref = asked.service
    return AddressRequest(
        address_request_key(ref), ref, asked, held, given, Origin(ref, "spec.type")
    )


def plan(*units: AddressPool | AddressRequest) -> Plan:
    return {unit.key: unit for unit in units}


def test_a_pool_counts_addresses_not_services() -> None:
    found = plan(
        pool("edge", "192.0.2.0/24", "2001:db8::/126", avoids_buggy=True),
        request(want("a"), "192.0.2.1", "2001:db8::1"),
        request(want("b"), "192.0.2.1"),
        request(want("c"), "203.0.113.1"),  # of nobody's pool
    )
    (usage,) = usages_of(found)
    assert pool_status(usage) == {
        "assignedIPv4": 1,
        "assignedIPv6": 1,
        "availableIPv4": 253,
        "availableIPv6": 3,
    }
    assert usage.used == {
        "192.0.2.1": (service("a"), service("b")),
        "2001:db8::1": (service("a"),),
    }


def test_more_addresses_than_the_api_has_numbers() -> None:
    (usage,) = usages_of(plan(pool("edge", "2001:db8::/64")))
    assert usage.available(Family.IPV6) == 1 << 64
    assert pool_status(usage)["availableIPv6"] == (1 << 63) - 1


def test_an_eip_tells_who_has_what() -> None:
    """OE-IPAM-01, 16."""
    found = plan(
        eip("edge", "192.0.2.1-192.0.2.2"),
        request(wants_eip("a"), "192.0.2.1"),
        request(wants_eip("b", addresses=("192.0.2.1",)), "192.0.2.1"),
    )
    (usage,) = usages_of(found)
    assert pool_status(usage) == {
        "occupied": False,
        "usage": 1,
        "poolSize": 2,
        "ready": True,
        "firstIP": "192.0.2.1",
        "lastIP": "192.0.2.2",
        "v4": True,
        "used": {"192.0.2.1": "shop/a;shop/b"},
    }
    full = plan(eip("edge", "192.0.2.1"), request(wants_eip("a"), "192.0.2.1"))
    assert pool_status(usages_of(full)[0])["occupied"] is True
    assert pool_status(usages_of(plan(eip("edge")))[0]) == {
        "occupied": False, "usage": 0, "poolSize": 0, "ready": False, "used": {},
    }  # fmt: skip


def test_the_record_counts_not_what_is_going_to_be_written() -> None:
    given = Given(("192.0.2.2",), "edge", is_record=False)
    found = plan(pool("edge", "192.0.2.0/28"), request(want("a"), "192.0.2.1", given=given))
    assert list(usages_of(found)[0].used) == ["192.0.2.1"]
    kept = Given(("192.0.2.2",), "edge", is_record=True)
    found = plan(pool("edge", "192.0.2.0/28"), request(want("a"), "192.0.2.1", given=kept))
    assert list(usages_of(found)[0].used) == ["192.0.2.2"]


def test_changes_are_followed() -> None:
    usages = Usages()
    edge, held = pool("edge", "192.0.2.0/28"), request(want("a"), "192.0.2.1")
    assert usages.follow(plan(edge), Diff({}, set()))
    assert not usages.now[0].used
    assert usages.follow(plan(edge, held), Diff({held.key: held}, set()))
    assert usages.now[0].used
    assert not usages.follow(plan(edge, held), Diff({held.key: held}, set()))
    assert usages.follow(plan(edge), Diff({}, {held.key}))
    assert not usages.now[0].used
