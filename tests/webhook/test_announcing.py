"""Our authority in the configuration of a real API server's kind, over the wire."""

import base64

import pytest

from portico.kube.config.choose import access
from portico.kube.config.errors import KubeError
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.lib import clock
from portico.webhook.announcing import Announcing, Service
from portico.webhook.keeping import Keeping
from portico.webhook.shown import Shown
from portico.webhook.tending import Tending
from support.api_server import Rule, running_api_server

NAME = "portico-webhook"
SERVICE = Service("portico", "portico-webhook")
PLURAL = "validatingwebhookconfigurations"


def configuration(*services, bundle=None):
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": NAME, "labels": {"kept": "yes"}},
        "webhooks": [
            {
                "name": f"w{number}.portico.example",
                "clientConfig": {
                    "service": {"namespace": namespace, "name": name, "path": "/validate"},
                    **({"caBundle": base64.b64encode(bundle).decode()} if bundle else {}),
                },
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            }
            for number, (namespace, name) in enumerate(services)
        ],
    }


@pytest.fixture
def server():
    with running_api_server() as found:
        yield found


def bundles(server):
    found = server.get(PLURAL, "", NAME)
    return [
        base64.b64decode(each["clientConfig"].get("caBundle", "")) for each in found["webhooks"]
    ]


def tended(client, folder):
    keeping = Keeping(folder, SERVICE.names)
    return Tending(Shown(keeping.files), keeping, Announcing(client, NAME, SERVICE))


def client_of(server, tmp_path, token=""):
    return Client(access(Wish(kubeconfig=str(server.kubeconfig(tmp_path, token)))))


async def test_only_what_leads_to_us_is_written_and_only_once(server, tmp_path):
    server.put(configuration(SERVICE, ("other", "portico-webhook"), bundle=b"\n"))
    async with client_of(server, tmp_path) as client:
        tending = tended(client, tmp_path / "a")
        await tending.look()
        ours = tending.keeping.authorities()
        assert bundles(server) == [ours, b"\n"]
        assert server.get(PLURAL, "", NAME)["metadata"]["labels"] == {"kept": "yes"}
        server.forget_requests()
        for _ in range(3):
            await tending.look()
    assert {asked.verb for asked in server.requests} == {"get"}


async def test_who_takes_it_out_finds_it_in_again(server, tmp_path):
    server.put(configuration(SERVICE))
    async with client_of(server, tmp_path) as client:
        tending = tended(client, tmp_path / "a")
        await tending.look()
        server.put(configuration(SERVICE))
        await tending.look()
        assert bundles(server) == [tending.keeping.authorities()]


async def test_replicas_leave_each_others_authority(server, tmp_path):
    server.put(configuration(SERVICE))
    async with client_of(server, tmp_path) as client:
        replicas = [tended(client, tmp_path / name) for name in "abc"]
        for _ in range(2):
            for replica in replicas:
                await replica.look()
        [bundle] = bundles(server)
        for replica in replicas:
            assert replica.keeping.authorities() in bundle
        server.forget_requests()
        for replica in replicas:
            await replica.look()
    assert {asked.verb for asked in server.requests} == {"get"}, "nobody writes any more"


@pytest.mark.parametrize("code", [409, 500])
async def test_what_fails_is_tried_again(server, tmp_path, code):
    server.put(configuration(SERVICE))
    async with client_of(server, tmp_path) as client:
        tending = tended(client, tmp_path / "a")
        server.fail(code, verb="update")
        await tending.look()
        assert bundles(server) == [b""]
        assert tending.shown.is_there, "the certificate is shown all the same"
        await tending.look()
        assert bundles(server) == [tending.keeping.authorities()]


async def test_without_the_configuration_or_the_right_it_is_told_once(server, tmp_path, caplog):
    async with client_of(server, tmp_path) as client:
        tending = tended(client, tmp_path / "a")
        for _ in range(3):
            await tending.look()
    complaints = [each for each in caplog.records if each.levelname == "ERROR"]
    assert len(complaints) == 1
    assert NAME in complaints[0].getMessage()


async def test_it_takes_get_and_update_of_one_object(tmp_path):
    group = "admissionregistration.k8s.io"
    with running_api_server(tls=True) as server:  # tokens are for TLS only
        server.put(configuration(SERVICE))
        server.access.user_by_token["t"] = "webhook"
        rule = Rule(("get", "update"), (group,), (PLURAL,), names=(NAME,))
        server.access.rules["webhook"] = [rule]
        async with client_of(server, tmp_path, "t") as client:
            announcing = Announcing(client, NAME, SERVICE)
            keeping = Keeping(tmp_path / "a", SERVICE.names)
            keeping.renew(clock.now())
            assert await announcing.tell(keeping.authorities(), clock.now())
            server.access.rules["webhook"] = []
            with pytest.raises(KubeError, match="cannot get"):
                await announcing.tell(keeping.authorities(), clock.now())
