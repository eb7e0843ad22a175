"""From a document to a fact, or to the reason why not."""

import datetime

import pytest

from model.build import Document, document, ingress, rule
from portico.model.core import ConfigMap
from portico.model.decode import CURRENT_VERSION, KINDS, Trouble, decode
from portico.model.fact import Fact
from portico.model.fault import Severity
from portico.model.ref import Ref

INGRESS = "networking.k8s.io/v1"


LEAST: dict[str, Document] = {
    "IPAddressPool": {"spec": {"addresses": []}},
    "BGPPeer": {"spec": {"myASN": 64512}},
    "Eip": {"spec": {"address": "192.0.2.1"}},
}
"""What kinds cannot be without."""


def trouble(found: object) -> Trouble:
    assert isinstance(found, Trouble)
    assert found.reason
    assert found.hint
    return found


@pytest.mark.parametrize(("version", "kind"), [*KINDS, ("v1", "Secret")])
def test_every_kind_that_is_read(version: str, kind: str) -> None:
    found = decode(document(version, kind, "a", "shop", **LEAST.get(kind, {})))
    assert isinstance(found, Fact)
    assert found.ref.kind == kind
    assert found.ref.name == "a"


def test_fields_nobody_reads_are_left_alone() -> None:
    found = decode({**document("v1", "ConfigMap", "a", ""), "surprise": {"deep": [1]}})
    assert isinstance(found, ConfigMap)


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (None,                             ""),
        ("text",                           ""),
        ([{}],                             ""),
        ({},                               "apiVersion"),
        ({"apiVersion": 1, "kind": "A"},   "apiVersion"),
        ({"apiVersion": "v1"},             "kind"),
        ({"apiVersion": "v1", "kind": {}}, "kind"),
    ],
    ids=["null", "text", "list", "empty", "number", "no kind", "odd kind"],
)  # fmt: skip
def test_what_is_no_kubernetes_object(found: object, field: str) -> None:
    told = trouble(decode(found))
    assert (told.ref, told.field, told.severity) == (None, field, Severity.ERROR)


@pytest.mark.parametrize(
    ("version", "kind", "severity", "ref", "advice"),
    [
        ("networking.k8s.io/v1beta1", "Ingress", "error", "Ingress shop/a", f"write {INGRESS}"),
        ("extensions/v1beta1",        "Ingress", "error", "Ingress shop/a", f"write {INGRESS}"),
        ("v1",                        "Ingress", "error", "Ingress shop/a", f"write {INGRESS}"),
        ("v2",                        "Service", "error", "Service shop/a", "write v1"),
        ("v1",                        "Pod",     "note",  "Pod shop/a",     "left alone"),
        ("apps/v1",            "Deployment",     "note",  "Deployment.apps shop/a", "left alone"),
        # Not our Service, though it has the same kind and may well have the same name.
        ("serving.knative.dev/v1",    "Service", "note",  "Service.serving.knative.dev shop/a",
         "left alone"),
    ],
)  # fmt: skip
def test_kinds_and_versions_that_are_not_read(
    version: str, kind: str, severity: str, ref: str, advice: str
) -> None:
    told = trouble(decode(document(version, kind, "a", "shop")))
    assert (told.severity, str(told.ref), told.hint) == (severity, ref, advice)


def test_every_kind_has_one_version() -> None:
    assert {(version, kind) for kind, version in CURRENT_VERSION.items()} == {
        *KINDS,
        ("v1", "Secret"),
    }


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"name": "a"},                          Ref("Ingress", "default", "a")),
        ({"name": "a", "namespace": ""},         Ref("Ingress", "default", "a")),
        ({"name": "a", "namespace": "shop"},     Ref("Ingress", "shop", "a")),
        ({"name": "A B"},                        Ref("Ingress", "default", "A B")),
        ({"name": "a\nb"},                       None),
        ({"name": "\ud800"},                     None),
        ({"name": "a" * 254},                    None),
        ({"name": ""},                           None),
        ({"name": 5},                            None),
        ({"name": "a", "namespace": "a\0b"},     None),
        ({"name": "a", "namespace": ["shop"]},   None),
        ({},                                     None),
        ([],                                     None),
    ],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_who_it_is_about_as_far_as_that_can_be_told(metadata: object, expected: Ref | None) -> None:
    told = decode({"apiVersion": INGRESS, "kind": "Ingress", "metadata": metadata, "spec": "wrong"})
    assert trouble(told).ref == expected


def test_a_cluster_scoped_object_has_no_namespace_in_messages_either() -> None:
    told = decode(document(INGRESS, "IngressClass", "a", "shop", spec=[]))
    assert trouble(told).ref == Ref("IngressClass", "", "a")


def paths(*found: object) -> Document:
    return {"rules": [{"http": {"paths": list(found)}}]}


def to(port: object) -> Document:
    return {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "a", "port": port}}}


IN_PATHS = "spec.rules[0].http.paths[0]"
PORT = f"{IN_PATHS}.backend.service.port.number"


@pytest.mark.parametrize(
    ("spec", "field", "reason"),
    [
        ([],                         "spec",               "must be a mapping, not a list"),
        ({"rules": {}},              "spec.rules",         "must be a list, not a mapping"),
        ({"rules": [None]},          "spec.rules[0]",      "must be a mapping, not nothing"),
        ({"rules": [{}, {"host": 5}]}, "spec.rules[1].host", "must be text, not a whole number"),
        ({"rules": [{"host": datetime.date(2026, 1, 1)}]},
         "spec.rules[0].host",       "must be text, not a date"),
        ({"tls": [{"hosts": "a"}]},  "spec.tls[0].hosts",  "must be a list, not text"),
        (paths({}),                  f"{IN_PATHS}.backend", "is missing"),
        (paths({"backend": {"service": {}}}),
         f"{IN_PATHS}.backend.service.name",               "is missing"),
        (paths(to({"number": 0})),   PORT,                 "is not a port number"),
        (paths(to({"number": 65536})), PORT,               "is not a port number"),
        (paths(to({"number": 10**40})), PORT,              "is not a port number"),
        (paths(to({"number": "80"})), PORT,                "must be a whole number, not text"),
        (paths(to({"number": True})), PORT,
         "must be a whole number, not true or false"),
        ({"a": 1, 5: 2},             "spec",               "has a key that is not text"),
        ({"\ud800": 1},              "",                   "has a field whose name is not text"),
    ],
    ids=lambda value: repr(value)[-70:] if not isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_field(spec: object, field: str, reason: str) -> None:
    told = trouble(decode(document(INGRESS, "Ingress", "a", "shop", spec=spec)))
    assert (told.field, told.reason) == (field, reason)
    assert told.ref == Ref("Ingress", "shop", "a")


def test_a_kind_of_a_megabyte_is_not_repeated() -> None:
    told = trouble(decode(document("v1", "K\n" * 500_000, "a", "shop")))
    assert len(told.reason) < 1000
    assert told.reason.isprintable()
    assert told.ref is None


def test_strings_that_are_hostile_but_text_are_kept_as_they_are() -> None:
    """What becomes of them is decided where they are used."""
    hostile = "\"'`${}\n\0;\ud800"
    assert ingress("a", rule(hostile)).spec.rules[0].host == hostile
