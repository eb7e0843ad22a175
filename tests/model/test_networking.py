"""Ingress and IngressClass."""

import pytest

from model.build import document, fact, ingress, ingress_class, rule
from portico.model.networking import DEFAULT_CLASSES, BackendPort, Ingress


@pytest.mark.parametrize(
    ("port", "text"),
    [
        (BackendPort(number=80),              "80"),
        (BackendPort(name="http"),            "http"),
        (BackendPort(),                       ""),
        (BackendPort(name="http", number=80), "80"),
    ],
)  # fmt: skip
def test_a_backend_port_reads_as_its_number_or_name(port: BackendPort, text: str) -> None:
    assert str(port) == text


def test_an_ingress_may_be_empty() -> None:
    found = fact(document("networking.k8s.io/v1", "Ingress", "a", "shop"))
    assert isinstance(found, Ingress)
    assert found.spec.rules == found.spec.tls == ()
    assert found.spec.default_backend is None


def test_a_path_without_type_is_up_to_us() -> None:
    paths = [{"backend": {"service": {"name": "cart"}}}]
    found = ingress("a", {"http": {"paths": paths}}).spec.rules[0].http
    assert found
    assert (found.paths[0].path, found.paths[0].path_type) == ("", "ImplementationSpecific")


def test_a_rule_may_have_no_paths() -> None:
    assert ingress("a", rule("shop.example")).spec.rules[0].http is None


@pytest.mark.parametrize("is_default", [True, False])
def test_the_default_class_is_in_a_group(is_default: bool) -> None:
    found = ingress_class("nginx", "k8s.io/ingress-nginx", is_default=is_default)
    assert found.is_default is is_default
    assert found.groups() == ({DEFAULT_CLASSES} if is_default else set())
