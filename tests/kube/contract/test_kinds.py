"""Kinds that come and go, and namespaces."""

import pytest

from kube.contract.objects import config_map, definition, widget
from kube.contract.plain import MERGE, STRATEGIC
from live.until import until

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture
def group(plain, unique):
    name = f"test-{unique}.portico.example"
    yield name
    plain.ask("DELETE", f"{DEFINITIONS}/widgets.{name}")


def test_a_kind_is_served_from_its_definition_on(plain, namespace, group):
    widgets = f"/apis/{group}/v1/namespaces/{namespace}/widgets"
    assert plain.get(widgets).code == 404
    assert plain.ask("POST", DEFINITIONS, definition(group)).code == 201
    until(lambda: plain.get(widgets).code == 200, "the kind to be served")
    made = plain.ask("POST", widgets, widget(group, "one", spec={"a": 1}))
    assert made.code == 201
    assert made.body["metadata"]["generation"] == 1
    patch = {"status": {"is": "fine"}, "spec": {"a": 2}}
    told = plain.ask("PATCH", f"{widgets}/one/status", patch, MERGE)
    assert (told.body["status"], told.body["spec"]) == ({"is": "fine"}, {"a": 1})
    assert plain.ask("PATCH", f"{widgets}/one", {}, STRATEGIC).code == 415
    assert plain.ask("PUT", f"{widgets}/one", widget(group, "one")).code == 422
    plain.ask("DELETE", f"{DEFINITIONS}/widgets.{group}")
    until(lambda: plain.get(widgets).code == 404, "the kind to be gone")


def test_a_namespace_takes_all_of_it_along(plain, unique):
    name = f"portico-test-{unique}"
    document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    made = plain.ask("POST", "/api/v1/namespaces", document)
    assert made.body["metadata"]["labels"]["kubernetes.io/metadata.name"] == name
    maps = f"/api/v1/namespaces/{name}/configmaps"
    plain.ask("POST", maps, config_map("shop"))
    assert plain.ask("DELETE", f"/api/v1/namespaces/{name}").code == 200
    until(lambda: plain.get(f"/api/v1/namespaces/{name}").code == 404, "the end of it", 90)
    assert plain.get(maps).body["items"] == []
