"""L2Advertisement -> what is wrong with it."""

from compiler.world import lowered, outcome, told
from model.build import address_pool, l2_advertisement
from portico.settings import Settings

POOL = address_pool("edge", "192.0.2.0/28")


def test_pools_that_are_missing_are_told() -> None:
    fact = l2_advertisement("some", ipAddressPools=["edge", "egde"])
    assert told(outcome(lowered(fact, POOL)).refused) == [
        ("spec.ipAddressPools[1]", "AdvertisedPoolMissing")
    ]
    assert not outcome(lowered(l2_advertisement("all"), POOL)).refused


def test_a_pool_of_another_namespace_is_missing() -> None:
    fact = l2_advertisement("some", namespace="other", ipAddressPools=["edge"])
    assert told(outcome(lowered(fact, POOL)).refused)


def test_in_another_namespace_than_metallbs_it_is_refused() -> None:
    home = Settings(metallb_namespace="metallb-system")
    assert told(outcome(lowered(l2_advertisement("all"), settings=home)).refused) == [
        ("metadata.namespace", "NamespaceElsewhere")
    ]
