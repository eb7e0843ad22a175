"""Another controller writes into our Ingresses. There is no fight, and somebody hears of it."""

from kube.api.follower import until
from live.cluster_status.objects import ingress, service, slices
from live.cluster_status.replica import errand_of, running

THEIRS = {"loadBalancer": {"ingress": [{"ip": "198.51.100.1"}]}}


async def test_once_is_a_slip_and_twice_a_contest(reach, owner, namespace):
    mine = ingress("mine")
    owner.apply(mine)
    errand = errand_of(namespace, "203.0.113.9")
    async with running(reach, errand, mine, service(), slices()) as replica:
        await until(lambda: owner.shown("mine") == ["203.0.113.9"], "our address")
        owner.status("Ingress", "mine", THEIRS, manager="another-ingress-controller")
        await until(lambda: owner.shown("mine") == ["203.0.113.9"], "our address again")
        assert owner.events("mine") == []
        owner.status("Ingress", "mine", THEIRS, manager="another-ingress-controller")
        await until(lambda: owner.reasons("mine") == [("Warning", "StatusContested")], "a word")
        [event] = owner.events("mine")
        assert "another-ingress-controller keeps writing 198.51.100.1" in event["note"]
        # Ten minutes long nothing is written there; others are written meanwhile.
        other = ingress("other")
        owner.apply(other)
        replica.apply(other, namespace=namespace)
        await until(lambda: owner.shown("other") == ["203.0.113.9"], "our address elsewhere")
        await replica.until_written(3)
        assert owner.shown("mine") == ["198.51.100.1"]
        assert replica.writing.report().statuses_left == 1
        # They have given in: then there is nothing to write, and no contest.
        owner.status("Ingress", "mine", {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}})
        await until(lambda: replica.writing.report().statuses_left == 0, "peace")
        await replica.until_written(3)
