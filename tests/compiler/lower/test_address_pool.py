"""IPAddressPool and Eip -> pools of addresses."""

from compiler.world import lowered, outcome, told
from model.build import address_pool, eip
from portico.compiler.known_pools import PoolFact
from portico.model.selector import LabelSelector
from portico.plan.address_pool import AddressPool, Pin, Product

RED = {"matchLabels": {"team": "red"}}
IS_RED = LabelSelector(match_labels={"team": "red"})


def pool_of(fact: PoolFact) -> AddressPool:
    (unit,) = (c.want for c in lowered(fact) if isinstance(c.want, AddressPool))
    return unit


def test_a_plain_pool() -> None:
    unit = pool_of(address_pool("edge", "192.0.2.0/28"))
    assert unit.key.name == "IPAddressPool/home/edge"
    assert unit.product is Product.METALLB
    assert list(map(str, unit.ranges)) == ["192.0.2.0-192.0.2.15"]
    assert (unit.auto, unit.avoids_buggy, unit.pin, unit.priority) == (True, False, None, 0)


def test_a_pinned_pool() -> None:
    allocation = {
        "priority": 20,
        "namespaces": ["shop"],
        "namespaceSelectors": [RED],
        "serviceSelectors": [RED],
    }
    unit = pool_of(
        address_pool("edge", autoAssign=False, avoidBuggyIPs=True, serviceAllocation=allocation)
    )
    assert (unit.auto, unit.avoids_buggy, unit.priority) == (False, True, 20)
    assert unit.pin == Pin(frozenset({"shop"}), (IS_RED,), (IS_RED,))
    assert pool_of(address_pool("all", serviceAllocation={})).pin == Pin()


def test_an_eip() -> None:
    unit = pool_of(eip("edge", "192.0.2.1", priority=3, disable=True, is_default=True))
    assert (unit.key.name, unit.product) == ("Eip//edge", Product.OPENELB)
    assert list(map(str, unit.ranges)) == ["192.0.2.1"]
    assert (unit.priority, unit.is_closed, unit.is_default, unit.pin) == (3, True, True, None)


def test_an_eip_that_is_bound() -> None:
    by_name = pool_of(eip("a", "192.0.2.1", namespaces=["shop"]))
    assert by_name.pin == Pin(frozenset({"shop"}))
    by_label = pool_of(eip("a", "192.0.2.1", namespaceSelector={"team": "red"}))
    assert by_label.pin == Pin(namespace_selectors=(IS_RED,))


def test_what_is_wrong_is_told_and_the_rest_is_used() -> None:
    claims = lowered(address_pool("edge", "192.0.2.0/28", "127.0.0.1/32"))
    assert told(outcome(claims).refused) == [("spec.addresses[1]", "AddressRangeInvalid")]
    (unit,) = (claim.want for claim in claims if isinstance(claim.want, AddressPool))
    assert len(unit.ranges) == 1
