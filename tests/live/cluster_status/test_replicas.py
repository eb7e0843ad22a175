"""Many replicas, one writer."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kube.api.follower import until
from live.cluster_status import replica
from live.cluster_status.objects import ingress, node, pod, ready, service, slices
from live.cluster_status.replica import errand_of, running

TESTS = Path(replica.__file__).parents[2]
SHOP = (service(), slices())


class Process:
    """A replica that can be killed as nothing else can."""

    def __init__(self, kubeconfig, namespace, address, *documents, ahead=0.0):
        program = [sys.executable, "-m", replica.__name__]
        path = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
        environment = {**os.environ, "PYTHONPATH": path}
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.address, self._namespace = address, namespace
        self._say({"kubeconfig": str(kubeconfig), "namespace": namespace, "address": address,
                   "documents": documents, "ahead": ahead})  # fmt: skip
        self.identity = self._process.stdout.readline().strip()

    def apply(self, document):
        self._say(document)

    def kill(self):
        self._process.kill()
        self._process.communicate()

    def _say(self, told):
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()


@pytest.fixture
def processes(kubeconfig, namespace):
    started = []

    def start(address, *documents, ahead=0.0):
        started.append(Process(kubeconfig, namespace, address, *documents, ahead=ahead))
        return started[-1]

    yield start
    for each in started:
        each.kill()


async def test_one_writes_and_when_it_is_killed_the_other_does(processes, owner):
    first = ingress("first")
    owner.apply(first)
    # Each publishes another address, so that it can be seen who wrote.
    both = [processes(address, first, *SHOP) for address in ("203.0.113.1", "203.0.113.2")]
    await until(lambda: owner.shown("first"), "an address")
    leader = next(each for each in both if each.identity == owner.leader())
    other = next(each for each in both if each is not leader)
    assert owner.shown("first") == [leader.address]
    second = ingress("second")
    owner.apply(second)
    other.apply(second)
    leader.apply(second)
    await until(lambda: owner.shown("second"), "an address")
    assert owner.shown("second") == [leader.address]
    loop = asyncio.get_running_loop()
    leader.kill()
    killed = loop.time()
    await until(lambda: owner.shown("first") == [other.address], "the other one to write")
    assert owner.leader() == other.identity
    # The lease lasts two seconds; the rest is the pace of one who looks.
    assert loop.time() - killed < 10.0
    assert owner.shown("second") == [other.address]


async def test_wrong_clocks_make_no_second_leader(processes, owner):
    """One is an hour ahead and one an hour late; the Lease has the times of whoever leads."""
    first = ingress("first")
    owner.apply(first)
    both = [
        processes("203.0.113.1", first, *SHOP, ahead=3600.0),
        processes("203.0.113.2", first, *SHOP, ahead=-3600.0),
    ]
    await until(lambda: owner.shown("first"), "an address")
    leader = next(each for each in both if each.identity == owner.leader())
    other = next(each for each in both if each is not leader)
    # Longer than a Lease lasts, both of them looking at it all the time.
    renewals = set()

    def is_renewed():
        lease = owner.lease()
        assert lease["holderIdentity"] == leader.identity
        renewals.add(lease["renewTime"])
        return len(renewals) > 30

    await until(is_renewed, "the Lease to be renewed again and again")
    assert owner.shown("first") == [leader.address]
    leader.kill()
    await until(lambda: owner.shown("first") == [other.address], "the other one to write")
    assert owner.leader() == other.identity


async def test_who_leaves_hands_over_at_once(reach, owner, namespace):
    mine = ingress("mine")
    owner.apply(mine)
    before, after = errand_of(namespace, "203.0.113.1"), errand_of(namespace, "203.0.113.2")
    async with running(reach, before, mine, *SHOP):
        await until(lambda: owner.shown("mine") == ["203.0.113.1"], "the first one's address")
    assert owner.leader() == ""
    async with running(reach, after, mine, *SHOP):
        await until(lambda: owner.shown("mine") == ["203.0.113.2"], "the next one's address")


@pytest.fixture
def single(owner, unique):
    """The only pod, and its node."""
    name = f"one-{unique}"
    owner.apply(node(name, InternalIP="10.0.0.1"), pod("portico-a", name))
    owner.status("Pod", "portico-a", ready())
    return name


async def test_the_last_one_takes_its_address_back(reach, owner, namespace, single):
    mine, theirs = ingress("mine"), ingress("theirs", "somebody-elses")
    owner.apply(mine, theirs)
    other = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    owner.status("Ingress", "theirs", other)
    async with running(reach, errand_of(namespace, pod="portico-a"), mine, theirs, *SHOP):
        await until(lambda: owner.shown("mine") == ["10.0.0.1"], "the address")
    assert owner.shown("mine") == []
    assert owner.shown("theirs") == ["10.0.0.1"]
    assert owner.leader() == ""


async def test_unless_it_was_told_not_to(reach, owner, namespace, single):
    mine = ingress("mine")
    owner.apply(mine)
    errand = errand_of(namespace, pod="portico-a", clears_on_exit=False)
    async with running(reach, errand, mine, *SHOP):
        await until(lambda: owner.shown("mine") == ["10.0.0.1"], "the address")
    assert owner.shown("mine") == ["10.0.0.1"]


async def test_unless_another_one_serves_on(reach, owner, namespace, single):
    mine = ingress("mine")
    owner.apply(mine, pod("portico-b", single))
    async with running(reach, errand_of(namespace, pod="portico-a"), mine, *SHOP):
        await until(lambda: owner.shown("mine") == ["10.0.0.1"], "the address")
    assert owner.shown("mine") == ["10.0.0.1"]
