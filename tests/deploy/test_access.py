"""What the roles allow is what Portico does, no more and no less."""

import asyncio
import os
from itertools import product

import kubernetes_validate
import pytest

from deploy.definitions import OF_OTHERS
from deploy.pod import Pod, WebhookPod
from deploy.rendered import charted, kustomized, one
from deploy.town import ENTRY, NAMESPACE, ingress, pools, town
from live.ports import free_ports
from live.until import until
from model.certificates import pair
from portico.kube.api.event_record import Happening, Regarding, Reporter
from portico.kube.api.events import Events, Limits
from portico.kube.config.choose import access
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.sources.cluster.kinds import LOAD_BALANCING
from support.api_server import StreamedLists, running_api_server
from support.custom_kinds import definitions

pytestmark = pytest.mark.nginx

CURRENT = kubernetes_validate.latest_version()
SCOPED = {"scope": {"enabled": True, "namespace": NAMESPACE}}
CERT_MANAGER = {"admissionWebhooks": {"certManager": {"enabled": True}}}
WITHOUT_SERVICE = {"publishService": {"enabled": False}}


@pytest.fixture
def server():
    # Without streamed lists both verbs are needed: a watch is asked for first, then a list.
    with running_api_server(tls=True, streamed_lists=StreamedLists.FORBIDDEN) as made:
        yield made


@pytest.mark.parametrize("documents", [
    pytest.param(kustomized, id="kustomize"),
    pytest.param(lambda: charted({}), id="chart"),
    pytest.param(lambda: charted({"controller": SCOPED}), id="chart-scope"),
    pytest.param(lambda: charted({"controller": WITHOUT_SERVICE}), id="chart-nodes"),
    pytest.param(lambda: charted({"controller": SCOPED | WITHOUT_SERVICE}), id="chart-both"),
])  # fmt: skip
def test_names_and_paths(server, program, documents):
    pod = Pod(server, program, documents())
    class_name = one(pod.documents, "IngressClass")["metadata"]["name"]
    has_address(server, pod)
    server.put(*town(class_name))
    pod.start("--bind=127.0.0.1", "--workers=1")
    until(lambda: shown(server) == [ENTRY], "the address of the Service")
    for kind in ("Ingress", "EndpointSlice"):
        until(lambda kind=kind: kind in told_of(server), f"an event about the {kind}")
    assert program.stop() == 0
    assert shown(server) == []  # the last replica takes its address back
    asyncio.run(something_happens_twice(pod))
    assert_exact(pod)
    for plural in ("events.events.k8s.io", "leases", "ingresses"):
        for each in server.all(plural):
            kubernetes_validate.validate(each, CURRENT, strict=True)


ANNOUNCING = ("servicel2statuses", "servicel2statuses/status", "bgppeers/status")
"""Used where packets can be sent: tests/live/lb/test_cluster_layer2.py has these rights."""


def test_of_a_node(server, program):
    pod = Pod(server, program, kustomized("node"))
    if os.geteuid() == 0:
        # The kernel of this machine is not for tests, and neither are its networks.
        kept = "-net_admin,-net_raw"
        program.prefix = ("setpriv", f"--bounding-set={kept}", f"--inh-caps={kept}")
    server.put(*definitions())
    server.put(*town("portico"), *pools())
    server.fail(409, verb="patch", resource="services/status")  # to look at the object again
    (port,) = free_ports(1)
    pod.start(f"--healthz-bind-address=127.0.0.1:{port}", waits=False)
    for kind in ("Service", "EndpointSlice", "IPAddressPool", "Eip"):
        until(lambda kind=kind: kind in told_of(server), f"an event about the {kind}")
    for resource in ("services/status", "services", "ipaddresspools/status", "eips/status"):
        pod.until_asked("patch", resource)
    pod.until_asked("get", "services")
    pod.until_asked("watch", "nodes")
    for resource in ("namespaces", *(kind.resource.plural for kind in LOAD_BALANCING)):
        pod.until_asked("list", resource)
        pod.until_asked("watch", resource)
    program.stop()
    asyncio.run(something_happens_twice(pod))
    assert_exact(pod, but=ANNOUNCING)


@pytest.mark.parametrize("documents", [
    pytest.param(kustomized, id="kustomize"),
    pytest.param(lambda: charted({}), id="chart"),
    pytest.param(lambda: charted({"controller": SCOPED}), id="chart-scope"),
])  # fmt: skip
def test_of_the_webhook(server, program, documents):
    pod = WebhookPod(server, program, documents())
    class_name = one(pod.documents, "IngressClass")["metadata"]["name"]
    server.put(*town(class_name))
    pod.start()
    good = ingress("new", "shop", class_name)
    assert pod.ask(good).response == {"uid": "3a1b", "allowed": True}
    taken = ingress("good", "shop", class_name)
    taken["metadata"]["name"] = "late"
    assert not pod.ask(taken).allowed
    assert pod.ask(ingress("new", "nobody", class_name)).warnings
    assert program.stop() == 0
    assert_exact(pod)


def test_of_the_webhook_with_the_certificate_of_another(server, program, tmp_path):
    """It writes nothing, and may write nothing."""
    server.put(*OF_OTHERS)
    pod = WebhookPod(server, program, charted({"controller": CERT_MANAGER}))
    server.put(*town(one(pod.documents, "IngressClass")["metadata"]["name"]))
    made = pair("edge-portico-admission.ingress.svc")
    for name, text in {"cert": made.chain, "key": made.key}.items():
        (tmp_path / name).write_bytes(text)
    pod.start(*(f"--tls-{name}={tmp_path / name}" for name in ("cert", "key")))
    assert program.stop() == 0
    assert "caBundle" not in pod.configured["clientConfig"]
    assert_exact(pod)


def has_address(server, pod):
    """As the controller of the load balancer does."""
    of_cloud = [
        each for each in pod.documents if each.get("spec", {}).get("type") == "LoadBalancer"
    ]
    (service,) = of_cloud
    server.put({**service, "status": {"loadBalancer": {"ingress": [{"ip": ENTRY}]}}})


def shown(server):
    status = server.get("ingresses", NAMESPACE, "good").get("status", {})
    return [each["ip"] for each in status.get("loadBalancer", {}).get("ingress") or ()]


def told_of(server):
    return {each["regarding"]["kind"] for each in server.all("events.events.k8s.io")}


async def something_happens_twice(pod):
    """An event is counted; by Portico a minute later, which is too long for a test."""
    reach = access(Wish(kubeconfig=str(pod.kubeconfig)))
    about = Regarding("networking.k8s.io/v1", "Ingress", "good", NAMESPACE, "")
    happening = Happening(about, "Test", "twice", "Test", is_warning=False)
    async with Client(reach) as client:
        events = Events(client, Reporter("portico.dev/ingress", "pod-1"), Limits(repeat_after=0.0))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(events.run())
            while ("patch", "events") not in pod.asked():
                events.tell(happening)
                await asyncio.sleep(0.01)
            task.cancel()


def assert_exact(pod, but=()):
    every = pod.server.access.rules[pod.account]
    rules = [rule for rule in every if not set(rule.resources) & set(but)]
    done = {(each.verb, each.group, each.resource) for each in pod.requests}
    lacking = {each[:5] for each in pod.requests if not any(rule.allows(each) for rule in rules)}
    assert not lacking
    allowed = [
        (rule, right)
        for rule in rules
        for right in product(rule.verbs, rule.groups, rule.resources)
    ]
    assert [right for _, right in allowed if right not in done] == []
    unused = [rule for rule in rules if not any(rule.allows(each) for each in pod.requests)]
    assert not unused
