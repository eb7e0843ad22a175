"""Names are asked for while they are wanted, and asked again when the answer expires."""

import asyncio
from contextlib import asynccontextmanager

import dns.asyncresolver
import dns.rcode
import dns.resolver
import pytest

from portico.model.ref import Ref
from portico.sources.resolver import AT_ONCE, Resolver
from sources.following import Told, follow
from sources.nameserver import name_server


def addresses(told: Told, name: str) -> tuple[str, ...]:
    fact = told.facts.get(Ref("Resolution", "", name))
    return fact.addresses if fact else ()


@asynccontextmanager
async def resolving(*names: str, search: tuple[str, ...] = (), **records):
    async with name_server() as server:
        server.records = {("a.test", "A"): ("10.0.0.2", "10.0.0.1"), **records.get("more", {})}
        resolver = Resolver(server.resolver(*search))
        resolver.want(frozenset(names))
        async with follow(resolver) as told:
            assert told.synced == 1
            yield server, resolver, told


async def test_both_kinds_of_addresses():
    async with resolving("a.test", more={("a.test", "AAAA"): ("fd00::1",)}) as (_, _, told):
        await told.until(lambda told: addresses(told, "a.test"))
        assert addresses(told, "a.test") == ("10.0.0.1", "10.0.0.2", "fd00::1")


async def test_asked_again_when_the_answer_expires():
    async with resolving("a.test") as (server, _, told):
        await told.until(lambda told: addresses(told, "a.test"))
        server.records["a.test", "A"] = ("10.0.0.3",)
        await told.until(lambda told: addresses(told, "a.test") == ("10.0.0.3",))
        assert len(told.batches) == 3  # synced, and one for each answer that differs


async def test_the_same_answer_in_another_order_is_no_news():
    async with resolving("a.test", "b.test", more={("b.test", "A"): ("10.0.1.1",)}) as (
        server,
        _,
        told,
    ):
        await told.until(lambda told: len(told.facts) == 2)
        server.records["a.test", "A"] = ("10.0.0.1", "10.0.0.2")
        await server.asked_for(8)
        server.records["b.test", "A"] = ("10.0.1.2",)
        await told.until(lambda told: addresses(told, "b.test") == ("10.0.1.2",))
        puts = [event.fact.ref.name for batch in told.batches[1:] for event in batch]
        assert sorted(puts) == ["a.test", "b.test", "b.test"]


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.NXDOMAIN, dns.rcode.NOERROR])
async def test_no_answer_keeps_the_last_one(rcode: dns.rcode.Rcode):
    async with resolving("a.test") as (server, _, told):
        await told.until(lambda told: addresses(told, "a.test"))
        server.rcode = rcode
        await server.asked_for(6)
        server.rcode = None
        server.records["a.test", "A"] = ("10.0.0.3",)
        await told.until(lambda told: addresses(told, "a.test") == ("10.0.0.3",))
        assert not told.drops
        assert len(told.batches) == 3


async def test_one_kind_may_go_while_the_other_stays():
    async with resolving("a.test", more={("a.test", "AAAA"): ("fd00::1",)}) as (server, _, told):
        await told.until(lambda told: len(addresses(told, "a.test")) == 3)
        del server.records["a.test", "AAAA"]
        await told.until(lambda told: len(addresses(told, "a.test")) == 2)


async def test_a_name_that_comes_to_exist():
    async with resolving("late.test") as (server, _, told):
        await server.asked_for(2)
        server.records["late.test", "A"] = ("10.0.0.9",)
        await told.until(lambda told: addresses(told, "late.test"))


async def test_names_that_are_no_longer_wanted():
    async with resolving("a.test") as (_, resolver, told):
        await told.until(lambda told: addresses(told, "a.test"))
        resolver.want(frozenset())
        await told.until(lambda told: told.drops == [Ref("Resolution", "", "a.test")])
        resolver.want(frozenset({"a.test"}))
        await told.until(lambda told: addresses(told, "a.test"))


async def test_a_name_given_up_before_it_was_answered():
    async with resolving("a.test", more={("b.test", "A"): ("10.0.1.1",)}) as (
        server,
        resolver,
        told,
    ):
        server.is_holding = True
        await server.asked_for(2)
        resolver.want(frozenset({"b.test"}))
        await server.asked_for(4)
        server.release()
        await told.until(lambda told: addresses(told, "b.test"))
        assert addresses(told, "a.test") == ()


async def test_many_names_a_few_at_a_time():
    names = [f"n{number}.test" for number in range(40)]
    records = {(name, "A"): ("10.0.0.1",) for name in names}
    async with resolving(*names, more=records) as (server, _, told):
        server.is_holding = True
        await server.asked_for(AT_ONCE)
        assert len(server.asked) == AT_ONCE
        server.release()
        await told.until(lambda told: len(told.facts) == len(names))


async def test_the_search_list():
    records = {("db.shop.test", "A"): ("10.0.0.7",)}
    async with resolving("db", search=("shop.test",), more=records) as (_, _, told):
        await told.until(lambda told: addresses(told, "db") == ("10.0.0.7",))


@pytest.mark.parametrize("name", ["x" * 64 + ".test", "", "..", "a b", "\ud800.test", "*.test"])
async def test_names_that_cannot_be(name: str):
    async with resolving(name, "a.test") as (_, _, told):
        await told.until(lambda told: addresses(told, "a.test"))


async def test_without_a_resolver_it_asks_whom_the_host_asks(monkeypatch: pytest.MonkeyPatch):
    async with name_server() as server:
        server.records = {("a.test", "A"): ("10.0.0.1",)}
        monkeypatch.setattr("portico.sources.resolver.AsyncResolver", server.resolver)
        resolver = Resolver()
        async with follow(resolver) as told:
            resolver.want(frozenset({"a.test"}))
            await told.until(lambda told: addresses(told, "a.test"))


async def test_a_host_without_resolv_conf(monkeypatch: pytest.MonkeyPatch):
    class Unconfigured(dns.asyncresolver.Resolver):
        def __init__(self, configure: bool = True):
            if configure:
                raise dns.resolver.NoResolverConfiguration
            super().__init__(configure=False)
            made.put_nowait(self)

    made: asyncio.Queue = asyncio.Queue()
    monkeypatch.setattr("portico.sources.resolver.AsyncResolver", Unconfigured)
    resolver = Resolver()
    resolver.want(frozenset({"a.test"}))
    async with follow(resolver):
        async with asyncio.timeout(20):
            assert (await made.get()).nameservers == ["127.0.0.1"]


async def test_a_failure_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch):
    async with resolving() as (_, resolver, told):
        monkeypatch.setattr(resolver, "_keep", None)
        resolver.want(frozenset({"a.test"}))
        with pytest.raises(BaseExceptionGroup) as raised:
            await told.batch()
        assert raised.group_contains(TypeError)
