"""Owners hear of what is refused, and of its end, where they look for it: at the object."""

from kube.api.follower import until
from live.cluster_status.objects import ingress, service, slices
from live.cluster_status.replica import errand_of, running


async def test_a_refusal_and_its_end(reach, owner, namespace):
    lonely = ingress("lonely")
    owner.apply(lonely)
    async with running(reach, errand_of(namespace, "203.0.113.9"), lonely) as replica:
        await until(lambda: owner.reasons("lonely") == [("Warning", "ServiceMissing")], "a warning")
        [event] = owner.events("lonely")
        assert event["note"].startswith("spec.rules[0].http.paths[0].backend.service")
        assert f"Service {namespace}/shop does not exist" in event["note"]
        assert event["regarding"]["uid"] == owner.get("Ingress", "lonely")["metadata"]["uid"]
        assert event["reportingInstance"] == replica.writing.identity
        replica.apply(service(), slices(), namespace=namespace)
        await until(lambda: len(owner.events("lonely")) == 2, "the relief")
        assert ("Normal", "Recovered") in owner.reasons("lonely")


async def test_what_is_not_ours_has_no_events(reach, owner, namespace):
    theirs, old = ingress("theirs", "somebody-elses"), ingress("old")
    del old["spec"]["ingressClassName"]
    old["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "gce"}
    elsewhere = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "somebody-elses"},
        "spec": {"controller": "example.com/another"},
    }
    lonely = ingress("lonely")
    owner.apply(theirs, old, lonely)
    errand = errand_of(namespace, "203.0.113.9")
    async with running(reach, errand, elsewhere, theirs, old, lonely):
        await until(lambda: owner.events("lonely"), "the event that is due")
        assert owner.events("theirs") == owner.events("old") == []


async def test_a_class_that_nobody_has_made(reach, owner, namespace):
    lost = ingress("lost", "protico")
    owner.apply(lost)
    async with running(reach, errand_of(namespace, "203.0.113.9"), lost):
        await until(lambda: owner.reasons("lost") == [("Warning", "ClassMissing")], "a warning")
        assert owner.shown("lost") == []


async def test_a_service_is_told_too(reach, owner, namespace):
    strange = service("strange", externalIPs=["203.0.113.77"], externalTrafficPolicy="Sometimes")
    written = service("strange")
    owner.apply(written)
    async with running(reach, errand_of(namespace, "203.0.113.9"), strange):
        await until(lambda: owner.events("strange"), "the event")
        [event] = owner.events("strange")
        assert event["regarding"]["uid"] == owner.get("Service", "strange")["metadata"]["uid"]
        assert (event["type"], event["reason"]) == ("Warning", "PolicyUnknown")
