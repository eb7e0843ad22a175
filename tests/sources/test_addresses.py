"""Addresses that are remembered: over changes, restarts, broken files, and who leads."""

import json
from contextlib import asynccontextmanager

from ipam.estate import pool, want
from portico.ipam.address_demand import AddressDemand
from portico.model.local import AddressLease
from portico.model.ref import Ref
from portico.sources.addresses import FILE, AddressLeases
from sources.following import follow

EDGE = pool("edge", "192.0.2.1-192.0.2.2")


def demand(*names: str, pools=(EDGE,), held=None) -> AddressDemand:
    wants = [want(name) for name in names]
    shown = {Ref("Service", "shop", name): found for name, found in (held or {}).items()}
    return AddressDemand(tuple(pools), {each.service: each for each in wants}, shown)


def lease(name: str) -> Ref:
    return Ref(AddressLease.KIND, "shop", name)


def addresses(told) -> dict[str, str]:
    """Or why there are none."""
    return {ref.name: " ".join(fact.addresses) or fact.because for ref, fact in told.facts.items()}


@asynccontextmanager
async def giving(folder, *names: str):
    source = AddressLeases(folder)
    async with follow(source) as told:
        if names:
            source.want(demand(*names))
            await told.until(lambda told: all(lease(name) in told.facts for name in names))
        yield source, told


async def test_whoever_asks_is_answered(tmp_path):
    async with giving(tmp_path, "a", "b", "c") as (_, told):
        assert addresses(told) == {"a": "192.0.2.1", "b": "192.0.2.2", "c": "NO_ADDRESS_LEFT"}
        assert all(fact.is_record for fact in told.facts.values())


async def test_a_restart_changes_nothing(tmp_path):
    async with giving(tmp_path, "b", "c"):
        pass
    async with giving(tmp_path) as (source, told):
        assert addresses(told) == {"b": "192.0.2.1", "c": "192.0.2.2"}, "before anybody asks"
        source.want(demand("a", "b", "c"))
        await told.until(lambda told: lease("a") in told.facts)
        assert addresses(told) == {"b": "192.0.2.1", "c": "192.0.2.2", "a": "NO_ADDRESS_LEFT"}


async def test_who_waits_is_served_when_another_goes(tmp_path):
    async with giving(tmp_path, "a", "b", "c") as (source, told):
        source.want(demand("b", "c"))
        await told.until(lambda told: addresses(told).get("c") == "192.0.2.1")
        assert told.drops == [lease("a")]


async def test_a_lease_is_on_disk_before_it_is_told(tmp_path):
    async with giving(tmp_path, "a"):
        (entry,) = json.loads((tmp_path / FILE).read_text())["leases"]
        assert entry == {"namespace": "shop", "service": "a", "addresses": ["192.0.2.1"]}


async def test_what_is_refused_is_not_remembered(tmp_path):
    async with giving(tmp_path, "a", "b", "c"):
        found = json.loads((tmp_path / FILE).read_text())["leases"]
        assert [each["service"] for each in found] == ["a", "b"]


async def test_pools_change_and_nobody_is_moved(tmp_path):
    async with giving(tmp_path, "a", "b") as (source, told):
        source.want(demand("b", pools=[EDGE]))
        await told.until(lambda told: told.drops == [lease("a")])
        other = pool("edge", "192.0.2.0/28")
        source.want(demand("b", "c", pools=[other]))
        await told.until(lambda told: lease("c") in told.facts)
        assert addresses(told) == {"b": "192.0.2.2", "c": "192.0.2.0"}
        source.want(demand("b", "c", pools=[]))
        await told.until(lambda told: addresses(told) == {"b": "NO_POOL_FITS", "c": "NO_POOL_FITS"})


async def test_nobody_asks_for_what_was_remembered(tmp_path):
    async with giving(tmp_path, "a"):
        pass
    async with giving(tmp_path) as (source, told):
        source.want(demand())
        await told.until(lambda told: told.drops == [lease("a")])
    assert json.loads((tmp_path / FILE).read_text())["leases"] == []


async def test_a_manifest_may_say_which_address_a_service_has(tmp_path):
    async with giving(tmp_path) as (source, told):
        source.want(demand("a", "b", held={"b": ("192.0.2.1",)}))
        await told.until(lambda told: lease("a") in told.facts)
        assert addresses(told) == {"a": "192.0.2.2", "b": "192.0.2.1"}


async def test_a_broken_file_is_put_aside(tmp_path):
    (tmp_path / FILE).write_text('{"version": 1, "leases": [{"namespace": "shop"}]}')
    async with giving(tmp_path, "a") as (_, told):
        assert addresses(told) == {"a": "192.0.2.1"}
        (reason,) = told.reasons(tmp_path / FILE)
        assert "held no leases" in reason
    assert (tmp_path / f"{FILE}.broken").exists()


async def test_where_the_disk_fails_addresses_are_served_all_the_same(tmp_path):
    (tmp_path / "state").write_text("in the way of the folder")
    source = AddressLeases(tmp_path / "state")
    async with follow(source) as told:
        source.want(demand("a"))
        await told.until(lambda told: lease("a") in told.facts)
        assert addresses(told) == {"a": "192.0.2.1"}
        await told.until(lambda told: told.reasons(tmp_path / "state" / FILE))


async def test_in_a_cluster_only_the_leader_settles(tmp_path):
    source = AddressLeases(None)
    async with follow(source) as told:
        source.want(demand("a", held={"a": ("192.0.2.2",)}))
        source.lead(is_leader=True)
        await told.until(lambda told: lease("a") in told.facts)
        (fact,) = told.facts.values()
        assert (fact.addresses, fact.is_record) == (("192.0.2.2",), False)
        source.lead(is_leader=False)
        await told.until(lambda told: told.drops == [lease("a")])
        # Meanwhile another one has led, and this is what its Services show.
        source.want(demand("a", "b", held={"a": ("192.0.2.1",), "b": ("192.0.2.2",)}))
        source.lead(is_leader=True)
        await told.until(lambda told: lease("b") in told.facts)
        assert addresses(told) == {"a": "192.0.2.1", "b": "192.0.2.2"}
    assert not list(tmp_path.iterdir())
