"""Engines at their desks."""

import asyncio
from contextlib import asynccontextmanager

from portico.daemon.engines import NO_ORDER, Engines, merged
from portico.engines.contract import Figures, Report
from portico.model.ref import Ref
from portico.plan.health_port import HealthPort, health_port_key
from portico.plan.key import Origin
from portico.plan.plan import Diff

WEB = Ref("Service", "shop", "web")


class Fake:
    """An engine that does as it is told."""

    def __init__(self, name: str, *, in_sync: bool = True, able: bool = True) -> None:
        self.name = name
        self.in_sync, self.able = in_sync, able
        self.plans: list = []
        self.kept: bool | None = None

    async def converge(self, plan, hint) -> Report:
        self.plans.append((plan, hint))
        return Report(self.name, in_sync=self.in_sync, able=self.able)

    async def inspect(self) -> Figures:
        return {"plans": len(self.plans)}

    async def close(self, *, keep: bool) -> None:
        self.kept = keep


@asynccontextmanager
async def at_work(*fakes: Fake, after=NO_ORDER):
    engines = Engines(fakes, after)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(engines.work())
        yield engines
        work.cancel()


async def until(is_so) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110  # engines tell nobody
            await asyncio.sleep(0.005)


async def test_one_begins_after_another():
    """Nobody is announced who is not served yet."""
    kernel, arp, alone = Fake("nftables", in_sync=False), Fake("arp"), Fake("bgp")
    after = {"arp": "nftables", "bgp": "missing"}
    async with at_work(kernel, arp, alone, after=after) as engines:
        engines.want({}, Diff({}, set()))
        await until(lambda: len(kernel.plans) > 2 and alone.plans)
        assert not arp.plans
        assert "waits until nftables" in {r.engine: r.detail for r in engines.reports}["arp"]
        assert not engines.is_live
        kernel.in_sync = True
        await until(lambda: arp.plans and engines.is_live)
        kernel.in_sync = False
        engines.want({}, Diff({}, set()))
        await until(lambda: len(arp.plans) > 1)  # it goes on, whatever becomes of the other


async def test_who_waits_for_one_that_cannot_work_here_keeps_nobody_from_being_ready():
    kernel, arp = Fake("nftables", in_sync=False, able=False), Fake("arp")
    async with at_work(kernel, arp, after={"arp": "nftables"}) as engines:
        engines.want({}, Diff({}, set()))
        await until(lambda: engines.is_live)
        assert not arp.plans


async def test_ready_when_every_engine_has_made_the_plan_true():
    good, bad = Fake("good"), Fake("bad", in_sync=False)
    async with at_work(good, bad) as engines:
        assert not engines.is_live
        engines.want({}, Diff({}, set()))
        await until(lambda: good.plans and bad.plans)
        assert not engines.is_live
        bad.in_sync = True
        await until(lambda: engines.is_live)
        bad.in_sync = False
        engines.want({}, Diff({}, set()))
        await until(lambda: not engines.reports[1].in_sync)
        assert engines.is_live, "a start happens once"


async def test_an_engine_that_cannot_work_here_holds_nobody_up():
    unable = Fake("unable", in_sync=False, able=False)
    async with at_work(Fake("good"), unable) as engines:
        assert not engines.is_live
        engines.want({}, Diff({}, set()))
        await until(lambda: engines.is_live)


async def test_at_the_end_each_engine_hears_whether_its_traffic_goes_on():
    nginx, kernel = Fake("nginx"), Fake("nftables")
    await Engines([nginx, kernel]).close({"nftables"})
    assert (nginx.kept, kernel.kept) == (False, True)


def test_two_hints_are_one():
    def unit(count: int) -> HealthPort:
        return HealthPort(health_port_key(1), 1, WEB, count, Origin(WEB, ""))

    key = unit(1).key
    assert merged(Diff({key: unit(1)}, set()), Diff({key: unit(2)}, set())) == Diff(
        {key: unit(2)}, set()
    )
    assert merged(Diff({key: unit(1)}, set()), Diff({}, {key})) == Diff({}, {key})
    assert merged(Diff({}, {key}), Diff({key: unit(1)}, set())) == Diff({key: unit(1)}, set())
