"""The server is slow, busy, gone, or says no; and nobody is written to more often than need be."""

from collections import Counter
from dataclasses import replace

import pytest

from kube.api.follower import access, until
from live.cluster_status.objects import ingress, service, slices
from live.cluster_status.replica import QUICK, errand_of, running
from support.api_server import running_api_server

SHOP = (service(), slices())
ERRAND = errand_of("default", "203.0.113.9")


@pytest.fixture
def server():
    with running_api_server() as made:
        yield made


def some(server, *names):
    made = [ingress(name) for name in names]
    server.put(*made)
    return made


def shown(server, name="mine"):
    found = server.get("ingresses", "default", name)
    entries = found.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return [each["ip"] for each in entries]


def is_shown(server, *names):
    return lambda: all(shown(server, name) == ["203.0.113.9"] for name in names)


def writes(server):
    """How often each Ingress was written, or tried to be."""
    return Counter(each.name for each in server.requests if each.resource == "ingresses/status")


def put_status(server, name, *addresses):
    found = server.get("ingresses", "default", name)
    entries = [{"ip": address} for address in addresses]
    server.put({**found, "status": {"loadBalancer": {"ingress": entries}}})


async def test_a_thousand_are_written_once_each(server):
    names = [f"shop-{number}" for number in range(1000)]
    made = some(server, *names)
    async with running(access(server), ERRAND, *SHOP) as replica:
        replica.apply(*made, namespace="default")
        await until(lambda: replica.writing.report().statuses_written == 1000, "all of them")
        assert is_shown(server, *names)()
        assert writes(server) == Counter(names)


async def test_somebody_writes_the_object_at_the_same_time(server):
    async with running(access(server), ERRAND, *SHOP) as replica:
        await until(lambda: server.watching("ingresses"), "a watch")
        server.faults.is_silent = True  # so that it does not hear of the change
        [mine] = some(server, "mine")
        server.faults.is_silent = False
        server.fail(409, verb="patch", resource="ingresses/status", times=3)
        replica.apply(mine, namespace="default")
        await until(is_shown(server, "mine"), "the address")
        await replica.until_written(1)
        assert writes(server)["mine"] == 4
        assert not replica.writing.report().troubles


async def test_what_it_knows_is_old(server):
    [mine] = some(server, "mine")
    async with running(access(server), ERRAND, *SHOP) as replica:
        await until(lambda: server.watching("ingresses"), "a watch")
        server.faults.is_silent = True
        put_status(server, "mine", "203.0.113.9")
        replica.apply(mine, namespace="default")
        await until(lambda: replica.writing.report().is_leader, "the leader")
        await until(lambda: not replica.writing.report().statuses_left, "the truth to be read")
        # One try, which the server refused; then it was seen that there is nothing to do.
        assert writes(server) == Counter(["mine"])
        assert replica.writing.report().statuses_written == 0
        server.faults.is_silent = False


@pytest.mark.parametrize("code", [500, 503, 429])
async def test_a_server_in_trouble_is_left_alone_for_a_while(server, code):
    names = [f"shop-{number}" for number in range(40)]
    made = some(server, *names)
    # As many as are under way at one time, and no more.
    server.fail(code, verb="patch", resource="ingresses/status", times=QUICK.writers)
    async with running(access(server), ERRAND, *made, *SHOP) as replica:
        await until(is_shown(server, *names), "the addresses")
        await replica.until_written(len(names))
        assert writes(server).total() <= len(names) + QUICK.writers
        assert not replica.writing.report().troubles


async def test_the_server_is_away(server):
    made = some(server, "one", "two")
    async with running(access(server), ERRAND, *made, *SHOP) as replica:
        await until(is_shown(server, "one", "two"), "the addresses")
        saved = server.save()
        server.stop()
        server.do(lambda cluster: cluster.load(saved))
        put_status(server, "two", "198.51.100.1")
        server.start()
        await until(is_shown(server, "one", "two"), "the addresses again")
        await until(lambda: replica.writing.report().is_leader, "the leader")
        assert writes(server)["one"] == 1


async def test_the_server_has_gone_back_in_time(server):
    made = some(server, "mine")
    saved = server.save()
    async with running(access(server), ERRAND, *made, *SHOP):
        await until(is_shown(server, "mine"), "the address")
        server.restart(saved)
        await until(is_shown(server, "mine"), "the address again")


async def test_an_ingress_that_goes_and_comes_again(server):
    [mine] = some(server, "mine")
    async with running(access(server), ERRAND, mine, *SHOP):
        await until(is_shown(server, "mine"), "the address")
        server.remove("ingresses", "default", "mine")
        some(server, "mine")
        await until(is_shown(server, "mine"), "the address of the new one")
        assert writes(server)["mine"] == 2


async def test_who_may_not_write_says_so_and_does_the_rest(server):
    server.access.user_by_token["token"] = "portico"
    made = some(server, "one", "two")
    server.fail(403, verb="patch", resource="ingresses/status")
    async with running(access(server, "token"), ERRAND, *made, *SHOP) as replica:
        await until(lambda: is_shown(server, "one")() or is_shown(server, "two")(), "the other")
        await replica.until_written(1)
        assert replica.writing.report().statuses_left == 1
        assert writes(server) == Counter(["one", "two"])


async def test_what_the_server_does_not_take_is_not_repeated(server):
    made = some(server, "one", "two")
    server.fail(422, verb="patch", resource="ingresses/status", times=2)
    async with running(access(server), ERRAND, *made, *SHOP) as replica:
        await until(lambda: replica.writing.report().troubles, "the trouble")
        three = some(server, "three")
        replica.apply(*three, namespace="default")
        await until(is_shown(server, "three"), "the third one")
        assert writes(server) == Counter(["one", "two", "three"])


async def test_who_does_not_lead_any_more_writes_nothing(server):
    server.access.user_by_token["token"] = "portico"
    made = some(server, "mine")
    async with running(access(server, "token"), ERRAND, *made, *SHOP) as replica:
        await until(is_shown(server, "mine"), "the address")
        server.fail(403, resource="leases", times=1000)
        await until(lambda: not replica.writing.report().is_leader, "the end of leading")
        later = some(server, "later")
        replica.apply(*later, namespace="default")
        assert writes(server) == Counter(["mine"])
        server.faults.clear()
        await until(is_shown(server, "later"), "the lead again, and all that was missed")
        assert writes(server) == Counter(["mine", "later"])


async def test_what_passes_in_a_moment_is_not_told(server):
    lonely, other = some(server, "lonely", "other")
    other["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "nobody"
    pace = replace(QUICK, refusals_settle=0.5)
    async with running(access(server), ERRAND, pace=pace) as replica:
        await until(lambda: replica.writing.report().is_leader, "the leader")
        replica.apply(lonely, other, namespace="default")
        replica.apply(*SHOP, namespace="default")
        await until(lambda: server.all("events"), "the event of what stays")
        assert {each["regarding"]["name"] for each in server.all("events")} == {"other"}


async def test_nothing_is_done_while_nothing_changes(server):
    names = [f"shop-{number}" for number in range(20)]
    made = some(server, *names)
    async with running(access(server), ERRAND, *made, *SHOP):
        await until(is_shown(server, *names), "the addresses")
        server.forget_requests()
        renewals = lambda: [each for each in server.requests if each.verb == "patch"]  # noqa: E731
        await until(lambda: len(renewals()) > 5, "some renewals of the Lease")
        assert {each.resource for each in server.requests} == {"leases"}
