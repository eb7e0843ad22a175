"""One of many leads, and never two."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from kube.api.follower import access, until
from portico.kube.api.lease import Election
from portico.kube.api.lease_record import (
    Lease,
    LeaseMetadata,
    LeaseSpec,
    Terms,
    claimed,
    micro_time,
    sighted,
)
from portico.kube.api.told import Key
from portico.kube.http.client import Client

KEY = Key("default", "portico")
QUICK = Terms(duration=2.0, renew_within=1.0, retry=0.1)


@asynccontextmanager
async def standing(client, identity, terms=QUICK):
    """A candidate, who can be killed: then it gives nothing back."""
    election = Election(client, KEY, identity, terms)
    told = []
    async with asyncio.TaskGroup() as group:
        task = group.create_task(election.run(told.append))
        election.task, election.told = task, told
        yield election
        task.cancel()


def spec(server):
    return server.get("leases", *KEY)["spec"]


async def test_the_first_leads_and_renews(server, client):
    async with standing(client, "a") as a:
        await until(lambda: a.is_leader, "a leader")
        first = spec(server)
        assert first["holderIdentity"] == "a"
        assert first["leaseDurationSeconds"] == 2
        await until(lambda: spec(server)["renewTime"] > first["renewTime"], "a renewal")
        assert spec(server)["acquireTime"] == first["acquireTime"]
        assert [each.is_leader for each in a.told] == [True]


async def test_who_leaves_gives_it_back(server, client):
    async with standing(client, "b") as b:
        await until(lambda: b.is_leader, "a leader")
        async with standing(client, "a") as a:
            await until(lambda: a.told and a.told[-1].holder == "b", "the leader to be seen")
            assert not a.is_leader
            b.task.cancel()
            await until(lambda: a.is_leader, "the next one")
            assert spec(server)["leaseTransitions"] >= 1


async def test_who_is_cut_off_is_followed_when_the_lease_has_run_out(server):
    loop = asyncio.get_running_loop()
    server.access.user_by_token.update(a="a", b="b")
    async with (
        Client(access(server, "a")) as one,
        Client(access(server, "b")) as other,
        standing(one, "a") as a,
        standing(other, "b") as b,
    ):
        await until(lambda: a.is_leader or b.is_leader, "a leader")
        leader, follower = (a, b) if a.is_leader else (b, a)
        await until(lambda: follower.told, "the other to have looked")
        server.access.rules["a" if leader is a else "b"] = []
        cut_off, seen = loop.time(), set()

        def is_followed():
            seen.add((leader.is_leader, follower.is_leader))
            return follower.is_leader

        await until(is_followed, "the next one")
        assert loop.time() - cut_off < QUICK.duration + 1.0
        assert (True, True) not in seen
        assert (False, False) in seen


async def test_who_cannot_renew_stops_before_anybody_else_starts(server):
    async with Client(access(server)) as client, standing(client, "a") as a:
        await until(lambda: a.is_leader, "a leader")
        server.stop()
        await until(lambda: not a.is_leader, "the end of it")
        await until(lambda: a.told[-1].trouble, "the reason to be told")
        assert not a.told[-1].is_leader
        server.start()
        await until(lambda: a.is_leader, "it to lead again")


async def test_a_mute_server_does_not_keep_a_leader(server):
    async with Client(access(server)) as client, standing(client, "a") as a:
        await until(lambda: a.is_leader, "a leader")
        server.faults.is_mute = True
        await until(lambda: a.told[-1].is_leader is False, "the end of it to be told")
        server.faults.is_mute = False
        await until(lambda: a.is_leader, "it to lead again")


async def test_what_others_have_written_on_the_lease_stays(server, client):
    metadata = {"name": "portico", "labels": {"team": "net"}}
    server.put({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata})
    async with standing(client, "a") as a:
        await until(lambda: a.is_leader, "a leader")
        assert server.get("leases", *KEY)["metadata"]["labels"] == {"team": "net"}


async def test_a_deleted_lease_is_made_anew(server, client):
    async with standing(client, "a") as a:
        await until(lambda: a.is_leader, "a leader")
        server.remove("leases", *KEY)
        await until(lambda: server.get("leases", *KEY), "the lease")
        await until(lambda: a.is_leader, "a leader")


async def test_forbidden_is_told(server, client):
    server.access.rules["anybody"] = []
    async with standing(client, "a") as a:
        await until(lambda: a.told, "the trouble to be told")
        assert "leases" in a.told[0].trouble
        assert not a.is_leader


NAME = LeaseMetadata("portico", "default")


def lease(holder, renewed, seconds=15):
    return Lease(NAME, LeaseSpec(holder, seconds, micro_time(0), micro_time(renewed), 3))


@pytest.mark.parametrize("wall", [0.0, 2e9])
def test_it_runs_out_by_our_clock_whatever_theirs_says(wall):
    seen = sighted(lease("b", wall), None, now=100.0)
    assert seen.ends_at() == 115.0
    assert sighted(lease("b", wall), seen, now=110.0).ends_at() == 115.0
    assert sighted(lease("b", wall + 1), seen, now=110.0).ends_at() == 125.0


def test_a_free_lease_is_free_now():
    assert sighted(lease("", 0), None, now=7.0).ends_at() == 7.0


def test_changes_of_leaders_are_counted():
    taken = claimed(lease("b", 0), NAME, "a", Terms(), wall=5.0)
    assert taken.spec == LeaseSpec("a", 15, micro_time(5), micro_time(5), 4)
    kept = claimed(taken, NAME, "a", Terms(), wall=6.0)
    assert kept.spec == LeaseSpec("a", 15, micro_time(5), micro_time(6), 4)


def test_a_time_with_microseconds():
    assert micro_time(1.5) == "1970-01-01T00:00:01.500000Z"


def test_what_is_written_names_the_version_that_was_seen():
    seen = Lease(LeaseMetadata("portico", "default", "17"), LeaseSpec("b"))
    written = msgspec.json.decode(msgspec.json.encode(claimed(seen, NAME, "a", Terms(), 0.0)))
    assert written["metadata"]["resourceVersion"] == "17"
