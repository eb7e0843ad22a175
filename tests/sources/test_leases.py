"""Node ports that are remembered: over changes, restarts, and broken files."""

import json
import os
import stat
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from portico.ipam.demand import Demand
from portico.ipam.node_ports import Slot, Tenant
from portico.model.fault import Severity
from portico.model.local import NodePortLease
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.transport import Transport
from portico.sources.lease_file import leased_slots
from portico.sources.leases import FILE, NodePortLeases
from sources.following import follow

TCP, UDP = Transport.TCP, Transport.UDP
PORTS = (30000, 32767)


def tenant(name: str, port: int = 80) -> Tenant:
    return Tenant(Ref("Service", "shop", name), port, TCP)


def demand(*names: str, taken=None) -> Demand:
    asking = {tenant(name): Origin(Ref("Service", "shop", name), "spec.ports[0]") for name in names}
    return Demand(asking, taken or {})


def lease(name: str, port: int = 80) -> Ref:
    return Ref(NodePortLease.KIND, "shop", f"{name}.{port}-tcp")


@asynccontextmanager
async def leasing(folder: Path, *names: str, ports=PORTS, **more):
    """The source, after it has given these Services what they ask for."""
    source = NodePortLeases(folder, ports, **more)
    async with follow(source) as told:
        if names:
            source.want(demand(*names))
            await told.until(lambda told: all(lease(name) in told.facts for name in names))
        yield source, told


def ports_of(told) -> dict[str, int]:
    return {ref.name.partition(".")[0]: fact.node_port for ref, fact in told.facts.items()}


def blamed(folder: Path, told) -> list[str]:
    return told.reasons(folder / FILE)


async def test_whoever_asks_gets_a_port(tmp_path):
    async with leasing(tmp_path, "web", "api") as (_, told):
        ports = ports_of(told)
    assert sorted(ports) == ["api", "web"]
    assert all(30086 <= port <= 32767 for port in ports.values())
    assert ports["api"] != ports["web"]


async def test_a_restart_changes_nothing(tmp_path):
    async with leasing(tmp_path, "web", "api") as (_, told):
        before = ports_of(told)
    async with leasing(tmp_path) as (source, told):
        assert ports_of(told) == before, "known before anybody asks"
        source.want(demand("api", "web", "new"))
        await told.until(lambda told: lease("new") in told.facts)
        assert {**ports_of(told), **before} == ports_of(told)


async def test_a_lease_is_on_disk_before_it_is_told(tmp_path):
    async with leasing(tmp_path, "web") as (_, told):
        (entry,) = json.loads((tmp_path / FILE).read_text())["leases"]
        assert entry == {
            "namespace": "shop",
            "service": "web",
            "port": 80,
            "transport": "tcp",
            "nodePort": ports_of(told)["web"],
        }
        assert leased_slots(tmp_path / FILE) == {Slot(TCP, entry["nodePort"])}


async def test_a_service_that_comes_back_gets_its_port_again(tmp_path):
    async with leasing(tmp_path, "web") as (source, told):
        before = ports_of(told)["web"]
        source.want(demand())
        source.want(demand("other"))
        await told.until(lambda told: lease("other") in told.facts)
        source.want(demand("web", "other"))
        assert ports_of(told)["web"] == before
        assert told.drops == []


async def test_a_port_that_is_needed_ends_the_lease_of_one_that_has_gone(tmp_path):
    async with leasing(tmp_path, "web") as (source, told):
        slot = Slot(TCP, ports_of(told)["web"])
        source.want(demand(taken={slot: tenant("named")}))
        await told.until(lambda told: told.drops == [lease("web")])
    assert leased_slots(tmp_path / FILE) == frozenset()


async def test_ports_of_other_programs_are_not_given_away(tmp_path):
    busy = {Slot(TCP, number) for number in range(30000, 30016)} - {Slot(TCP, 30003)}
    async with leasing(tmp_path, "web", ports=(30000, 30015), busy=lambda: frozenset(busy)) as (
        _,
        told,
    ):
        assert ports_of(told) == {"web": 30003}


async def test_a_full_range_is_a_reason(tmp_path):
    async with leasing(tmp_path, "a", "b", ports=(30000, 30001)) as (source, told):
        source.want(demand("a", "b", "c"))
        await told.until(lambda told: blamed(tmp_path, told))
        (fault,) = told.faults[str(tmp_path / FILE)]
        assert (fault.ref, fault.field) == (Ref("Service", "shop", "c"), "spec.ports[0]")
        assert fault.reason == "every node port is taken"
        assert fault.severity is Severity.ERROR
        source.want(demand("a", "c"))
        await told.until(lambda told: lease("c") in told.facts and not blamed(tmp_path, told))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"version": 2, "leases": []}',
        b'{"version": 1, "leases": [{"service": "web"}]}',
        b'{"version":1,"leases":[{"namespace":"../x","service":"web","port":80,'
        b'"transport":"tcp","nodePort":30080}]}',
    ],
)
async def test_a_broken_file_is_told_and_put_aside(tmp_path, text):
    (tmp_path / FILE).write_bytes(text)
    async with leasing(tmp_path, "web") as (_, told):
        (reason,) = blamed(tmp_path, told)
        assert reason.startswith("the node port leases: held no leases")
        assert (tmp_path / f"{FILE}.broken").read_bytes() == text
        assert leased_slots(tmp_path / FILE) == {Slot(TCP, ports_of(told)["web"])}


async def test_a_file_edited_by_hand_counts_as_far_as_it_makes_sense(tmp_path):
    entry = {"namespace": "shop", "service": "web", "port": 80, "transport": "tcp"}
    leases = [
        {**entry, "nodePort": 30500},
        {**entry, "service": "twice", "nodePort": 30500},
        {**entry, "service": "outside", "nodePort": 8080},
    ]
    (tmp_path / FILE).write_text(json.dumps({"version": 1, "leases": leases}))
    async with leasing(tmp_path) as (source, told):
        source.want(demand("web", "twice", "outside"))
        await told.until(lambda told: len(set(ports_of(told).values())) == 3)
        ports = ports_of(told)
        assert 30500 in (ports["web"], ports["twice"])
        assert 30000 <= ports["outside"] <= 32767


async def test_a_disk_that_fails_is_told_and_ports_are_served(tmp_path):
    folder = tmp_path / "state"
    folder.write_text("not a folder")
    async with leasing(folder, "web") as (_, told):
        await told.until(lambda told: any("cannot be written" in r for r in blamed(folder, told)))
        assert "web" in ports_of(told)
        folder.unlink()
        await told.until(lambda told: not any("written" in r for r in blamed(folder, told)))
    assert leased_slots(folder / FILE)


async def test_nobody_else_needs_to_read_it(tmp_path):
    before = os.umask(0)
    try:
        async with leasing(tmp_path, "web"):
            assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    finally:
        os.umask(before)


async def test_asking_the_same_again_writes_nothing(tmp_path):
    async with leasing(tmp_path, "web") as (source, told):
        written = (tmp_path / FILE).stat().st_ino
        source.want(demand("web"))
        source.want(demand("web", taken={Slot(UDP, 30001): None}))
        source.want(demand("web", taken={Slot(UDP, 30002): tenant("other")}))
        source.want(demand("web", "api"))
        await told.until(lambda told: lease("api") in told.facts)
        assert (tmp_path / FILE).stat().st_ino != written
        assert len([batch for batch in told.batches if batch]) == 3
