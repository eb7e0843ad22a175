"""Writes, as a real API server takes them and refuses them."""

import base64

import pytest

from kube.contract.objects import config_map, event, ingress, lease, secret, service
from kube.contract.plain import APPLY, JSON_PATCH, MERGE, STRATEGIC


@pytest.fixture
def core(namespace):
    return f"/api/v1/namespaces/{namespace}"


@pytest.fixture
def maps(core):
    return f"{core}/configmaps"


@pytest.fixture
def ingresses(namespace):
    return f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses"


@pytest.fixture
def leases(namespace):
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"


def test_a_new_object_has_what_the_server_adds(plain, maps, namespace):
    made = plain.ask("POST", maps, config_map("shop", a="1"))
    assert made.code == 201
    metadata = made.body["metadata"]
    assert metadata["namespace"] == namespace
    assert {"uid", "creationTimestamp", "resourceVersion", "managedFields"} <= metadata.keys()
    assert plain.get(f"{maps}/shop").body == made.body


def test_a_name_is_taken_once(plain, maps):
    plain.ask("POST", maps, config_map("shop"))
    again = plain.ask("POST", maps, config_map("shop"))
    assert (again.code, again.reason) == (409, "AlreadyExists")
    assert again.body["details"]["name"] == "shop"


def test_a_name_can_be_generated(plain, maps):
    made = plain.ask("POST", maps, {**config_map(""), "metadata": {"generateName": "shop-"}})
    assert made.body["metadata"]["name"].startswith("shop-")
    assert len(made.body["metadata"]["name"]) == len("shop-") + 5


def test_what_is_not_there(plain, maps):
    for method, body in (("GET", None), ("PUT", config_map("shop")), ("DELETE", None)):
        told = plain.ask(method, f"{maps}/shop", body)
        assert (told.code, told.reason) == (404, "NotFound"), method
        assert told.body["kind"] == "Status"
        assert told.body["details"]["kind"] == "configmaps"
    assert plain.get("/apis/nobody.example/v1/things").code == 404


def test_a_namespace_must_be_there(plain, unique):
    path = f"/api/v1/namespaces/not-there-{unique}/configmaps"
    assert plain.ask("POST", path, config_map("shop")).code == 404
    assert plain.get(path).body["items"] == []


@pytest.mark.parametrize("wrong", [
    {"metadata": {"name": "shop", "namespace": "default"}},
    {"kind": "Secret"},
])  # fmt: skip
def test_a_body_must_fit_its_path(plain, maps, wrong):
    assert plain.ask("POST", maps, {**config_map("shop"), **wrong}).code == 400


def test_another_name_than_that_of_the_path(plain, maps):
    plain.ask("POST", maps, config_map("shop"))
    assert plain.ask("PUT", f"{maps}/shop", config_map("other")).code == 400


def test_a_name_that_is_none(plain, maps):
    told = plain.ask("POST", maps, config_map("No Name"))
    assert (told.code, told.reason) == (422, "Invalid")
    assert told.body["details"]["causes"][0]["field"] == "metadata.name"


def test_only_the_present_version_is_replaced(plain, maps):
    old = plain.ask("POST", maps, config_map("shop", a="1"))
    new = plain.ask("PUT", f"{maps}/shop", {**old.body, "data": {"a": "2"}})
    assert new.code == 200
    assert int(new.version) > int(old.version)
    late = plain.ask("PUT", f"{maps}/shop", {**old.body, "data": {"a": "3"}})
    assert (late.code, late.reason) == (409, "Conflict")
    assert plain.get(f"{maps}/shop").body["data"] == {"a": "2"}


def test_without_a_version_it_depends_on_the_kind(plain, maps, leases):
    plain.ask("POST", maps, config_map("shop"))
    assert plain.ask("PUT", f"{maps}/shop", config_map("shop", a="1")).code == 200
    plain.ask("POST", leases, lease("shop"))
    told = plain.ask("PUT", f"{leases}/shop", lease("shop"))
    assert (told.code, told.reason) == (422, "Invalid")


def test_a_write_that_changes_nothing_is_none(plain, maps):
    old = plain.ask("POST", maps, config_map("shop", a="1"))
    assert plain.ask("PUT", f"{maps}/shop", old.body).version == old.version
    assert plain.ask("PATCH", f"{maps}/shop", {"data": {"a": "1"}}, MERGE).version == old.version


def test_generations_count_what_is_wished(plain, ingresses):
    made = plain.ask("POST", ingresses, ingress("shop"))
    assert made.body["metadata"]["generation"] == 1
    patch = {"metadata": {"labels": {"a": "b"}}}
    assert _generation(plain.ask("PATCH", f"{ingresses}/shop", patch, MERGE)) == 1
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}
    assert _generation(plain.ask("PATCH", f"{ingresses}/shop/status", status, MERGE)) == 1
    patch = {"spec": {"ingressClassName": "portico"}}
    assert _generation(plain.ask("PATCH", f"{ingresses}/shop", patch, MERGE)) == 2


def test_status_and_the_rest_have_their_own_paths(plain, ingresses):
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    made = plain.ask("POST", ingresses, {**ingress("shop"), "status": status})
    assert made.body["status"] == {"loadBalancer": {}}
    both = {"spec": {"ingressClassName": "portico"}, "status": status}
    told = plain.ask("PATCH", f"{ingresses}/shop", both, MERGE)
    assert told.body["status"] == {"loadBalancer": {}}
    both["spec"]["ingressClassName"] = "other"
    told = plain.ask("PATCH", f"{ingresses}/shop/status", both, MERGE)
    assert told.body["status"] == status
    assert told.body["spec"]["ingressClassName"] == "portico"
    told.body["status"] = {"loadBalancer": {"ingress": [{"hostname": "a.example"}]}}
    put = plain.ask("PUT", f"{ingresses}/shop/status", told.body)
    assert put.body["status"] == told.body["status"]


def test_a_merge_patch_may_name_the_version_it_is_for(plain, maps):
    old = plain.ask("POST", maps, config_map("shop", a="1", b="2"))
    patch = {"metadata": {"resourceVersion": old.version}, "data": {"a": None, "c": "3"}}
    told = plain.ask("PATCH", f"{maps}/shop", patch, MERGE)
    assert told.body["data"] == {"b": "2", "c": "3"}
    assert plain.ask("PATCH", f"{maps}/shop", patch, MERGE).code == 409


def test_other_patches(plain, core):
    services = f"{core}/services"
    assert plain.ask("POST", services, service("shop", 80)).code == 201
    patch = {"spec": {"ports": [{"name": "p81", "port": 81, "protocol": "TCP"}]}}
    told = plain.ask("PATCH", f"{services}/shop", patch, STRATEGIC)
    assert {port["port"] for port in told.body["spec"]["ports"]} == {80, 81}
    steps = [{"op": "test", "path": "/spec/selector/app", "value": "shop"},
             {"op": "replace", "path": "/spec/selector/app", "value": "other"}]  # fmt: skip
    told = plain.ask("PATCH", f"{services}/shop", steps, JSON_PATCH)
    assert told.body["spec"]["selector"] == {"app": "other"}
    assert plain.ask("PATCH", f"{services}/shop", {}, "text/plain").code == 415


def test_applied(plain, maps):
    def apply(document, **query):
        return plain.ask("PATCH", f"{maps}/shop", document, APPLY, **query)

    first = apply(config_map("shop", a="1", b="2"), fieldManager="one")
    assert first.code in (200, 201)
    told = apply(config_map("shop", a="2"), fieldManager="two")
    assert (told.code, told.reason) == (409, "Conflict")
    assert told.body["details"]["causes"][0]["reason"] == "FieldManagerConflict"
    told = apply(config_map("shop", a="2"), fieldManager="two", force="true")
    assert told.body["data"] == {"a": "2", "b": "2"}
    # What one manager leaves out goes, unless another has it.
    told = apply(config_map("shop"), fieldManager="one")
    assert told.body["data"] == {"a": "2"}
    assert apply(config_map("shop"), fieldManager="two").body.get("data") in (None, {})
    assert apply(config_map("shop")).code == 422


def test_a_dry_run_leaves_no_trace(plain, maps):
    told = plain.ask("POST", maps, config_map("shop"), dryRun="All")
    assert told.code == 201
    assert plain.get(f"{maps}/shop").code == 404


def test_deleted(plain, maps):
    made = plain.ask("POST", maps, config_map("shop"))
    wrong = {"preconditions": {"uid": "of another"}}
    assert plain.ask("DELETE", f"{maps}/shop", wrong).code == 409
    right = {"preconditions": {"uid": made.body["metadata"]["uid"]}}
    told = plain.ask("DELETE", f"{maps}/shop", right)
    assert (told.code, told.body["status"]) == (200, "Success")
    assert plain.get(f"{maps}/shop").code == 404


def test_who_has_a_finalizer_waits_for_it(plain, maps):
    document = config_map("shop")
    document["metadata"]["finalizers"] = ["portico.example/test"]
    plain.ask("POST", maps, document)
    told = plain.ask("DELETE", f"{maps}/shop")
    assert told.body["metadata"]["deletionTimestamp"]
    assert plain.get(f"{maps}/shop").code == 200
    plain.ask("PATCH", f"{maps}/shop", {"metadata": {"finalizers": None}}, MERGE)
    assert plain.get(f"{maps}/shop").code == 404


def test_secrets(plain, core):
    secrets = f"{core}/secrets"
    told = plain.ask("POST", secrets, secret("shop", a="text"))
    assert base64.b64decode(told.body["data"]["a"]) == b"text"
    assert "stringData" not in told.body
    wrong = {**secret("other"), "data": {"a": "no base64!"}}
    assert plain.ask("POST", secrets, wrong).code == 400
    assert plain.ask("POST", secrets, secret("tls", "kubernetes.io/tls")).code == 422


@pytest.mark.parametrize("wrong", [
    {"leaseDurationSeconds": 0},
    {"renewTime": "2026-01-01T00:00:00Z"},      # without its microseconds
    {"renewTime": "yesterday"},
])  # fmt: skip
def test_leases_that_are_none(plain, leases, wrong):
    assert plain.ask("POST", leases, lease("shop", **wrong)).code in (400, 422)


@pytest.mark.parametrize(("path", "path_type"), [("/", None), ("shop", "Exact"), ("/", "Glob")])
def test_ingresses_that_are_none(plain, ingresses, path, path_type):
    told = plain.ask("POST", ingresses, ingress("shop", path, path_type))
    assert (told.code, told.reason) == (422, "Invalid")


def test_services_that_are_none(plain, core):
    assert plain.ask("POST", f"{core}/services", service("shop", 0)).code == 422
    assert plain.ask("POST", f"{core}/services", service("9shop", 80)).code == 422


def test_an_event_is_in_both_groups(plain, namespace, core):
    events = f"/apis/events.k8s.io/v1/namespaces/{namespace}/events"
    assert plain.ask("POST", events, event("shop.1", namespace)).code == 201
    old = plain.get(f"{core}/events/shop.1").body
    assert old["message"] == "no such Service"
    assert old["involvedObject"]["name"] == "shop"
    again = {"series": {"count": 2, "lastObservedTime": "2026-01-01T00:00:01.000000Z"}}
    told = plain.ask("PATCH", f"{events}/shop.1", again, MERGE)
    assert told.body["series"]["count"] == 2
    found = plain.get(f"{core}/events", fieldSelector="involvedObject.name=shop").body["items"]
    assert [each["metadata"]["name"] for each in found] == ["shop.1"]


@pytest.mark.parametrize("wrong", [
    {"eventTime": None},
    {"reportingController": ""},
    {"action": ""},
    {"type": "Bad"},
    {"note": "x" * 1025},
])  # fmt: skip
def test_events_that_are_none(plain, namespace, wrong):
    events = f"/apis/events.k8s.io/v1/namespaces/{namespace}/events"
    assert plain.ask("POST", events, event("shop.1", namespace, **wrong)).code == 422


def test_a_token_that_nobody_has(plain, maps):
    known, plain.headers = plain.headers, {"Authorization": "Bearer of-nobody"}
    try:
        told = plain.get(maps)
    finally:
        plain.headers = known
    assert (told.code, told.reason) == (401, "Unauthorized")


def _generation(told):
    return told.body["metadata"]["generation"]
