"""What objects of a cluster said when they were good outlives a restart while they are broken."""

import copy
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.model.decode import KINDS, decode
from portico.model.fact import Fact
from portico.sources.cluster.kinds import SECRETS
from portico.sources.cluster.reading import read_text, written
from properties.test_decode import WHOLE, hostile
from sources.cluster_objects import endpoint_slice, ingress, secret, service
from sources.cluster_world import followed, secret_ref, until
from support.api_server import running_api_server


@pytest.fixture
def server():
    with running_api_server() as made:
        yield made


@pytest.fixture
def held(tmp_path):
    return tmp_path / "state" / "held" / "cluster"


GOOD = (
    service("a"),
    endpoint_slice("a", "10.0.0.1"),
    ingress("a", "a.example", "a", secret="mine"),
    secret("mine", "a.example"),
)
BROKEN = {**secret("mine", "a.example"), "data": {"tls.crt": "eA==", "tls.key": "eA=="}}


def broken(document):
    wrong = copy.deepcopy(document)
    wrong["spec"] = "none"
    return wrong


async def test_a_restart_serves_what_was_good(server, held):
    server.put(*GOOD)
    async with followed(server, held=held) as reader:
        before = reader.plan
        assert not held.exists()  # as long as all is well
        server.put(BROKEN, broken(GOOD[0]), broken(GOOD[2]))
        await until(lambda: len(reader.faults()) == 3, "three faults")
    names = sorted(held.iterdir())
    assert len(names) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", name.name) for name in names)
    assert {name.stat().st_mode & 0o777 for name in names} == {0o600}
    assert held.stat().st_mode & 0o777 == 0o700

    for _ in range(2):  # and the next one, too
        async with followed(server, held=held) as reader:
            assert len(reader.faults()) == 3
            assert reader.plan == before
    async with followed(server) as reader:  # as it would be without
        assert not [key for key in reader.plan if key.name == "a.example"]


async def test_what_is_mended_is_not_kept_any_more(server, held):
    server.put(*GOOD)
    async with followed(server, held=held) as reader:
        server.put(BROKEN, broken(GOOD[2]))
        await until(lambda: len(reader.faults()) == 2, "two faults")
    async with followed(server, held=held) as reader:
        server.put(secret("mine", "a.example", "b.example"))
        await until(lambda: len(reader.faults()) == 1, "one fault")
        assert len(reader.store.get(secret_ref("mine")).key_pair.names) == 2
        assert len(list(held.iterdir())) == 1
        server.remove("ingresses", "shop", "a")
        await until(lambda: not reader.faults(), "no fault")
        assert list(held.iterdir()) == []
        assert not reader.refs("Ingress")


async def test_what_vanishes_while_we_are_away_is_removed(server, held):
    server.put(*GOOD)
    async with followed(server, held=held) as reader:
        server.put(BROKEN, broken(GOOD[0]))
        await until(lambda: len(reader.faults()) == 2, "two faults")
    (held / "README").write_text("not ours")
    server.remove("services", "shop", "a")
    async with followed(server, held=held) as reader:
        assert not reader.refs("Service")
        assert len(list(held.iterdir())) == 2
        # Nobody names it any more: nothing of a key is to be left.
        server.put(ingress("a", "a.example", "a"))
        await until(lambda: not reader.faults(), "no fault")
    assert [path.name for path in held.iterdir()] == ["README"]


async def test_another_cluster_has_another_memory(server, held):
    server.put(*GOOD)
    async with followed(server, held=held) as reader:
        server.put(BROKEN)
        await until(reader.faults, "the fault")
    with running_api_server() as other:
        other.put(*GOOD[:3], BROKEN)
        async with followed(other, held=held) as reader:
            assert reader.faults()
            assert not reader.refs("Secret")


async def test_where_nothing_can_be_kept_everything_is_served(server, held):
    held.parent.parent.mkdir(parents=True)
    held.parent.write_text("a file stands in the way")
    server.put(*GOOD)
    async with followed(server, held=held) as reader:
        before = reader.plan
        server.put(BROKEN)
        await until(lambda: len(reader.faults()) == 2, "two faults")
        assert any(
            reason.startswith("no last good state can be kept: ") for *_, reason in reader.faults()
        )
        assert reader.plan == before


async def test_what_another_version_wrote_is_left_alone(server, held):
    server.put(*GOOD)
    async with followed(server, held=held) as reader:
        server.put(BROKEN)
        await until(reader.faults, "the fault")
    for path in held.iterdir():
        path.write_bytes(b'{"apiVersion": "v9"')
    async with followed(server, held=held) as reader:
        assert reader.faults()
        assert not reader.refs("Secret")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(WHOLE).flatmap(hostile))
def test_every_fact_can_be_written(document):
    fact = decode(document)
    if isinstance(fact, Fact):
        assert read_text(written(fact)) == fact


def test_every_kind_can_be_written():
    facts = [decode(document) for document in WHOLE]
    assert {fact.KIND for fact in facts} == {kind for _, kind in KINDS} | {SECRETS.kind}
    assert [read_text(written(fact)) for fact in facts] == facts
