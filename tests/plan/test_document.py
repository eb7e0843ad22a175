"""A plan as plain values."""

import json

from model.certificates import pair
from portico.model.key_pair import parse_key_pair
from portico.model.ref import Ref
from portico.plan.backend import Backend, Endpoint, backend_key
from portico.plan.certificate import Certificate, certificate_key
from portico.plan.document import plan_document, unit_document
from portico.plan.key import CATCH_ALL, SITE, Key, Origin
from portico.plan.listener import HTTP, Listener
from portico.plan.plan import Plan, Unit
from portico.plan.site import TLS, PathMatch, Route, Site
from portico.plan.verdict import Because, Outcome, Refusal, outcome_key

INGRESS = Ref("Ingress", "shop", "a")
ORIGIN = Origin(INGRESS, "spec.rules[0]")
FROM = {"object": "Ingress shop/a", "field": "spec.rules[0]"}
CART = backend_key("shop", "cart", "80")
SECRET = Ref("Secret", "shop", "tls")
REFUSAL = Refusal(ORIGIN, Because.HOST_INVALID, "'A'")
TOLD = {
    **FROM,
    "severity": "error",
    "because": "HostInvalid",
    "reason": "'A' is not a host name",
    "hint": Because.HOST_INVALID.value.hint,
}


def plan_of(*units: Unit) -> Plan:
    return {unit.key: unit for unit in units}


def test_a_listener() -> None:
    unit = Listener(HTTP, ("0.0.0.0", "::"), 8080, tls=False, redirect_port=80)
    assert unit_document(unit) == {
        "name": "http",
        "addresses": ["0.0.0.0", "::"],
        "port": 8080,
        "tls": False,
        "redirectPort": 80,
    }


def test_a_site() -> None:
    route = Route("/", PathMatch.PREFIX, CART, redirects_to_https=True, origin=ORIGIN)
    told = {
        "path": "/",
        "match": "Prefix",
        "backend": "shop/cart/80",
        "redirectsToHttps": True,
        "from": FROM,
    }
    site = Site(
        Key(SITE, "a.example"), (route,), route, TLS(certificate_key(SECRET), ORIGIN), (REFUSAL,)
    )
    assert unit_document(site) == {
        "host": "a.example",
        "routes": [told],
        "default": told,
        "tls": {"certificate": "shop/tls", "from": FROM},
        "refused": [TOLD],
    }


def test_what_is_empty_is_left_out() -> None:
    assert unit_document(Site(CATCH_ALL)) == {"host": "(any other)"}


def test_the_default_certificate_is_named_as_such() -> None:
    told = unit_document(Site(CATCH_ALL, tls=TLS(None, ORIGIN)))
    assert told["tls"] == {"certificate": "(default)", "from": FROM}


def test_a_backend() -> None:
    endpoint = Endpoint("10.0.0.1", 8080, ORIGIN)
    unit = Backend(CART, Ref("Service", "shop", "cart"), "80", endpoints=(endpoint,))
    assert unit_document(unit) == {
        "name": "shop/cart/80",
        "service": "Service shop/cart",
        "port": "80",
        "protocol": "http",
        "balance": "round_robin",
        "endpoints": [{"address": "10.0.0.1", "port": 8080, "from": FROM}],
    }


def test_a_certificate_shows_everything_but_the_key() -> None:
    found = parse_key_pair(*pair("a.example"))
    told = unit_document(Certificate(certificate_key(SECRET), SECRET, found))
    assert told == {
        "name": "shop/tls",
        "secret": "Secret shop/tls",
        "names": ["a.example"],
        "notBefore": found.not_before,
        "notAfter": found.not_after,
        "fingerprint": found.fingerprint,
    }
    assert "PRIVATE" not in json.dumps(told)


def test_a_certificate_that_is_not_there() -> None:
    told = unit_document(Certificate(certificate_key(SECRET), SECRET, None))
    assert told == {"name": "shop/tls", "secret": "Secret shop/tls"}


def test_an_outcome() -> None:
    assert unit_document(Outcome(outcome_key(INGRESS), INGRESS, (CART,), ())) == {
        "object": "Ingress shop/a",
        "asked": ["backend shop/cart/80"],
    }


def test_units_stand_by_kind_and_in_order() -> None:
    sites = [Site(Key(SITE, name)) for name in ("b.example", "", "a.example")]
    listener = Listener(HTTP, ("::",), 80, tls=False, redirect_port=80)
    told = plan_document(plan_of(*sites, listener))
    assert list(told) == ["listeners", "sites"]
    assert [site["host"] for site in told["sites"]] == ["(any other)", "a.example", "b.example"]
