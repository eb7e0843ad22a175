"""What is denied, what is allowed with a warning, and what is nobody's business."""

import asyncio
import copy

import pytest

from portico.plan.verdict import Because
from portico.webhook.judge import Sight
from portico.webhook.world import OF_A_NODE
from webhook.asking import running
from webhook.things import ingress, ingress_class, older, service, slice_of, store_with

CART = (service(), slice_of())


@pytest.fixture
async def webhook(tmp_path):
    taken = ingress("first", host="taken.example")
    world = store_with(*CART, older(taken), ingress_class())
    async with running(tmp_path, world) as found:
        yield found


async def said_of(webhook, document, operation="CREATE", **more):
    return await asyncio.to_thread(webhook.ask, document, operation, **more)


async def test_a_good_ingress_is_allowed_without_a_word(webhook):
    said = await said_of(webhook, ingress())
    assert said.response == {"uid": "3a1b", "allowed": True}


async def test_a_mistake_is_denied_with_field_reason_and_hint(webhook):
    said = await said_of(webhook, ingress(host="A_B"))
    assert not said.allowed
    status = said.response["status"]
    assert (status["code"], status["reason"], status["status"]) == (422, "Invalid", "Failure")
    assert status["message"].startswith("spec.rules[0].host: 'A_B' is not a host name (")
    assert [cause["reason"] for cause in said.causes] == ["HostInvalid"]
    assert said.causes[0]["field"] == "spec.rules[0].host"


async def test_what_cannot_be_read_is_a_bad_request(webhook):
    broken = ingress()
    broken["spec"]["rules"] = "none"
    said = await said_of(webhook, broken)
    assert said.response["status"]["code"] == 400
    assert "spec.rules: must be a list, not text" in said.response["status"]["message"]


async def test_what_cannot_be_read_and_is_of_another_class_is_left_alone(webhook):
    broken = ingress(ingressClassName="other")
    broken["spec"]["rules"] = "none"
    assert (await said_of(webhook, broken)).response == {"uid": "3a1b", "allowed": True}


async def test_a_path_that_is_taken_is_denied(webhook):
    said = await said_of(webhook, ingress(host="taken.example"))
    assert [cause["reason"] for cause in said.causes] == ["PathTaken"]
    assert "Ingress shop/first" in said.response["status"]["message"]


@pytest.mark.parametrize(
    ("document", "word"),
    [
        (ingress(service="nobody"), "Service shop/nobody does not exist"),
        (ingress(tls=[{"secretName": "none"}]), "Secret shop/none does not exist"),
        (ingress(ingressClassName="later"), "no IngressClass 'later' is known"),
    ],
)
async def test_what_may_still_come_is_a_warning(webhook, document, word):
    said = await said_of(webhook, document)
    assert said.allowed
    assert any(word in line for line in said.warnings)


async def test_of_another_controller_nothing_is_said(webhook):
    said = await said_of(webhook, ingress(host="A_B", ingressClassName="other"))
    assert said.response == {"uid": "3a1b", "allowed": True}
    annotated = ingress(host="A_B")
    annotated["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "traefik"}
    said = await said_of(webhook, annotated)
    assert said.response == {"uid": "3a1b", "allowed": True}


@pytest.mark.parametrize(
    ("document", "operation", "more"),
    [
        (ingress(host="A_B"), "DELETE", {}),
        (ingress(host="A_B"), "CONNECT", {}),
        (ingress(host="A_B"), "UPDATE", {"subResource": "status"}),
        ({"kind": "Widget", "metadata": {"name": "x"}}, "CREATE", {}),
        (None, "CREATE", {"kind": {"group": "apps", "version": "v1", "kind": "Deployment"}}),
        (ingress_class(), "CREATE", {}),
    ],
)
async def test_what_is_nobodys_business_is_allowed(webhook, document, operation, more):
    asked = document or {"kind": "Deployment"}
    said = await said_of(webhook, asked, operation, **more)
    assert said.response == {"uid": "3a1b", "allowed": True}


async def test_what_is_being_deleted_may_be_changed(webhook):
    going = ingress(host="A_B")
    going["metadata"]["deletionTimestamp"] = "2026-03-01T00:00:00Z"
    assert (await said_of(webhook, going, "UPDATE")).allowed


async def test_an_update_is_only_denied_for_what_it_brings(webhook):
    bad = ingress(host="A_B")
    labelled = copy.deepcopy(bad)
    labelled["metadata"]["labels"] = {"a": "b"}
    said = await said_of(webhook, labelled, "UPDATE", oldObject=bad)
    assert said.allowed
    assert said.warnings[0].startswith("spec.rules[0].host: 'A_B' is not a host name")
    worse = ingress(host="A_B", tls=[{}])
    worse["spec"]["rules"].append({"host": "C_D"})
    said = await said_of(webhook, worse, "UPDATE", oldObject=bad)
    assert [cause["field"] for cause in said.causes] == ["spec.rules[1].host"]


async def test_what_others_would_lose_is_a_warning(webhook):
    without = service(ports=[{"name": "other", "port": 81}])
    said = await said_of(webhook, without, "UPDATE", oldObject=service())
    assert said.allowed
    [line] = [line for line in said.warnings if "Ingress shop/first" in line]
    assert line.startswith("would break Ingress shop/first spec.rules[0]")
    assert "there is no port 80" in line


async def test_a_service_is_denied_for_its_own_mistakes(webhook):
    mistaken = service("db", externalTrafficPolicy="Some", externalIPs=["x"], clusterIP="10.0.0.9")
    said = await said_of(webhook, mistaken)
    assert {cause["reason"] for cause in said.causes} == {"PolicyUnknown", "FrontendInvalid"}


async def test_what_the_api_server_gives_out_once_is_no_reason_to_deny(webhook):
    """It has forgotten a Service that is gone before the webhook has heard of that."""
    said = await said_of(webhook, service("db"))
    assert said.allowed
    assert any("came first with the same address" in line for line in said.warnings)


async def test_a_new_service_has_no_endpoints_and_that_is_no_news(webhook):
    alone = service("db", clusterIP="10.0.0.9")
    assert not (await said_of(webhook, alone)).warnings
    assert any("no ready endpoint" in w for w in (await said_of(webhook, alone, "UPDATE")).warnings)


async def test_a_question_has_no_effect(webhook):
    plan = dict(webhook.state.plan)
    for document in (ingress(), ingress(host="taken.example"), service(ports=[])):
        await said_of(webhook, document, "UPDATE", dryRun=True)
        await said_of(webhook, document, "UPDATE", dryRun=False)
    assert webhook.state.plan == plan


async def test_many_warnings_fit_into_what_an_api_server_takes(webhook):
    many = ingress()
    paths = many["spec"]["rules"][0]["http"]["paths"]
    for number in range(200):
        path = copy.deepcopy(paths[0])
        path["path"] = f"/{number}"
        path["backend"]["service"]["name"] = f"{'x' * 40}-{number}"
        paths.append(path)
    said = await said_of(webhook, many)
    assert max(map(len, said.warnings)) <= 256
    assert sum(map(len, said.warnings)) <= 4096
    assert said.warnings[-1].startswith("and ")
    for path in paths:
        path["path"] = "x" * 300
    said = await said_of(webhook, many)
    assert len(said.response["status"]["message"]) < 16384
    assert len(said.causes) <= 50


async def test_what_the_webhook_cannot_know_is_not_spoken_of(tmp_path):
    named = older(ingress("named", tls=[{"secretName": "known"}]))
    sight = Sight(OF_A_NODE, sees_only_named_secrets=True)
    async with running(tmp_path, store_with(*CART, named), sight=sight) as webhook:
        unasked = await said_of(webhook, ingress("new", "n.example", tls=[{"secretName": "x"}]))
        assert not unasked.warnings
        asked = await said_of(webhook, named, "UPDATE", oldObject=named)
        assert any("Secret shop/known does not exist" in line for line in asked.warnings)
        balanced = await said_of(webhook, service("lb", type="LoadBalancer"), "UPDATE")
        assert not any("no address yet" in line for line in balanced.warnings)


async def test_the_verdicts_are_counted(webhook):
    await said_of(webhook, ingress())
    await said_of(webhook, ingress(service="nobody"))
    await said_of(webhook, ingress(host="A_B"))
    text = await asyncio.to_thread(webhook.metrics)
    for verdict in ("allowed", "warned", "denied"):
        labels = f'kind="Ingress",operation="CREATE",verdict="{verdict}"'
        assert f"portico_webhook_reviews_total{{{labels}}} 1.0" in text
    assert f'because="{Because.HOST_INVALID.value.code}"' in text
    assert 'portico_facts{kind="Ingress"} 1.0' in text
    assert "portico_webhook_certificate_expiry_timestamp_seconds" in text
