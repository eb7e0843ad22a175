"""Secrets: those that are named are read, whatever their type, and no others."""

import pytest

from portico.settings import Room, Settings
from portico.sources.contract import Put
from sources.cluster_objects import bgp_peer, ingress, named, secret, service
from sources.cluster_world import followed, read, secret_ref, until, until_as_fresh
from support.api_server import running_api_server
from support.custom_kinds import definitions


@pytest.fixture
def server():
    with running_api_server(bookmark_every=0.2) as running:
        running.put(service("a"))
        yield running


def held(reader):
    return reader.refs("Secret")


def by_name(server):
    """The names of Secrets that are followed one by one."""
    asked = [each for each in server.requests if each.resource == "secrets"]
    selectors = [each.query.get("fieldSelector", "").partition("=") for each in asked]
    return {name for field, _, name in selectors if field == "metadata.name"}


async def test_only_secrets_that_are_named_are_kept(server):
    broken = {**secret("broken", "b.example"), "data": {"tls.crt": "eA=="}}
    server.put(secret("mine", "a.example"), secret("other", "b.example"), broken)
    server.put(ingress("a", "a.example", "a", secret="mine"))
    reader = await read(server)
    assert held(reader) == {"shop/mine"}
    assert not reader.faults()
    assert not by_name(server)


async def test_secrets_are_asked_for_by_their_type(server):
    server.put(secret("mine", "a.example"), ingress("a", "a.example", "a", secret="mine"))
    await read(server)
    asked = [each.query["fieldSelector"] for each in server.requests if each.resource == "secrets"]
    assert asked == ["type=kubernetes.io/tls"]


async def test_one_of_another_type_is_read_by_its_name(server):
    server.put(secret("mine", "a.example", of_type="Opaque"))
    server.put(ingress("a", "a.example", "a", secret="mine"))
    async with followed(server) as reader:
        assert held(reader) == {"shop/mine"}
        assert by_name(server) == {"mine"}
        server.put(secret("mine", "b.example", of_type="Opaque"))
        await until(
            lambda: reader.store.get(secret_ref("mine")).key_pair.names == ("b.example",),
            "the new certificate",
        )


@pytest.mark.parametrize("of_type", ["Opaque", "kubernetes.io/tls"])
async def test_one_that_is_missing_is_waited_for(server, of_type):
    server.put(ingress("a", "a.example", "a", secret="mine"))
    async with followed(server) as reader:
        assert not held(reader)
        server.put(secret("mine", "a.example", of_type=of_type))
        await until(lambda: held(reader) == {"shop/mine"}, "the Secret")
        server.remove("secrets", "shop", "mine")
        await until(lambda: not held(reader), "the Secret to go")
        server.put(secret("mine", "a.example", of_type="Opaque"))
        await until(lambda: held(reader) == {"shop/mine"}, "the Secret of another type")
        await until_as_fresh(reader, server)


async def test_an_ingress_comes_with_its_secret_and_not_before(server):
    server.put(secret("one", "a.example"), secret("two", "a.example"))
    async with followed(server) as reader:
        server.put(ingress("a", "a.example", "a", secret="one"))
        await until(lambda: reader.refs("Ingress"), "the Ingress")
        server.put(ingress("a", "a.example", "a", secret="two"))
        await until(lambda: held(reader) == {"shop/two"}, "the other Secret")
        await until(lambda: server.watching("secrets") == 1, "only one watch of Secrets")
        assert_never_without(reader)


def assert_never_without(reader):
    """At the end of no batch is there an Ingress whose Secret is not there."""
    known, named = set(), {}
    for batch in reader.batches:
        for event in batch:
            ref = event.fact.ref if isinstance(event, Put) else getattr(event, "ref", None)
            if ref is None:
                continue
            if ref.kind == "Secret":
                (known.add if isinstance(event, Put) else known.discard)(ref.name)
            if ref.kind == "Ingress" and isinstance(event, Put):
                named[ref] = event.fact.spec.tls[0].secret_name
        assert set(named.values()) <= known


async def test_a_secret_is_let_go_with_the_last_ingress_that_names_it(server):
    server.put(secret("mine", "*.example"))
    server.put(*(ingress(name, f"{name}.example", "a", secret="mine") for name in ("a", "b")))
    async with followed(server) as reader:
        server.remove("ingresses", "shop", "a")
        await until(lambda: len(reader.refs("Ingress")) == 1, "one Ingress to go")
        assert held(reader) == {"shop/mine"}
        server.remove("ingresses", "shop", "b")
        await until(lambda: not held(reader), "the Secret to go")
        server.put(ingress("c", "c.example", "a", secret="mine"))
        await until(lambda: held(reader) == {"shop/mine"}, "the Secret to be back")


async def test_a_new_certificate_comes_at_once(server):
    server.put(secret("mine", "a.example"), ingress("a", "a.example", "a", secret="mine"))
    async with followed(server) as reader:
        server.put(secret("mine", "a.example", "b.example"))
        await until(
            lambda: len(reader.store.get(secret_ref("mine")).key_pair.names) == 2,
            "the new certificate",
        )


async def test_a_broken_certificate_keeps_the_last_good_one(server):
    server.put(secret("mine", "a.example"), ingress("a", "a.example", "a", secret="mine"))
    async with followed(server) as reader:
        before = reader.plan
        server.put({**secret("mine", "a.example"), "data": {"tls.crt": "eA==", "tls.key": "eA=="}})
        await until(reader.faults, "the fault")
        assert reader.faults()[0][:2] == ("Secret shop/mine", 'data["tls.key"]')
        assert reader.plan == before


@pytest.fixture
def crowd(server):
    """Many Ingresses: every third has a certificate, every third an opaque one, the rest none."""
    names = [f"of-{number:03}" for number in range(300)]
    server.put(*(ingress(name, f"{name}.example", "a", secret=name) for name in names))
    for kind, some in (("kubernetes.io/tls", names[::3]), ("Opaque", names[1::3])):
        server.put(*({**secret("x", "*.example", of_type=kind), **meta(name)} for name in some))
    return names


def meta(name):
    return {"metadata": {"name": name, "namespace": "shop"}}


async def test_many_names_do_not_take_a_connection_each(server, crowd):
    async with followed(server) as reader:
        expected = {f"shop/{name}" for number, name in enumerate(crowd) if number % 3 < 2}
        assert held(reader) == expected
        await until(lambda: server.watching("secrets") == 2, "the lookups to end")
        one, two, three = crowd[:3]
        server.put({**secret("x", "new.example", of_type="Opaque"), **meta(two)})
        server.put({**secret("x", "new.example", of_type="Opaque"), **meta(three)})
        server.remove("secrets", "shop", one)
        server.remove("secrets", "shop", crowd[4])
        expected = expected - {f"shop/{one}", f"shop/{crowd[4]}"} | {f"shop/{three}"}
        await until(lambda: held(reader) == expected, "what has changed")
        await until(
            lambda: reader.store.get(secret_ref(two)).key_pair.names == ("new.example",),
            "the new certificate",
        )
        await until_as_fresh(reader, server)
        await until(lambda: server.watching("secrets") == 2, "the lookups to end again")


async def test_many_new_names_of_certificates_that_are_there(server):
    names = [f"of-{number:03}" for number in range(300)]
    server.put(*({**secret("x", "*.example"), **meta(name)} for name in names))
    async with followed(server) as reader:
        assert not held(reader)
        server.put(*(ingress(name, f"{name}.example", "a", secret=name) for name in names))
        await until(lambda: len(reader.refs("Ingress")) == 300, "the Ingresses")
        assert len(held(reader)) == 300
        assert_never_without(reader)
        await until(lambda: server.watching("secrets") == 1, "the lookups to end")


async def test_layer_4_reads_no_secret(server):
    server.put(secret("mine", "a.example"), ingress("a", "a.example", "a", secret="mine"))
    await read(server, Settings(rooms=frozenset({Room.L4})))
    assert not [each for each in server.requests if each.resource == "secrets"]


async def test_the_password_of_a_router_is_read_by_its_name_and_nothing_else(server):
    """A node needs no rights to the certificates of others."""
    password = named("Secret", "pass", type="kubernetes.io/basic-auth", data={"password": "eA=="})
    server.put(*definitions(), password, secret("mine", "a.example"), bgp_peer("rack", "pass"))
    async with followed(server, Settings(rooms=frozenset({Room.LB}))) as reader:
        assert held(reader) == {"shop/pass"}
        assert reader.refs("BGPPeer") == {"shop/rack"}
        asked = [each.query for each in server.requests if each.resource == "secrets"]
        assert {each.get("fieldSelector") for each in asked} == {"metadata.name=pass"}
        server.remove("bgppeers", "shop", "rack")
        await until(lambda: not held(reader), "the password to be forgotten")
