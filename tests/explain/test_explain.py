"""The walk through a plan. That nginx walks the same way is what tests/cases is about."""

from dataclasses import replace

import pytest

from model.certificates import pair
from portico.explain.answer import Result
from portico.explain.explain import explain, find_site, match_route
from portico.explain.request import parse_request
from portico.model.ref import Ref
from portico.plan.key import CATCH_ALL, SITE, Key, Origin
from portico.plan.listener import HTTP, HTTPS, Listener
from portico.plan.site import PathMatch
from portico.plan.verdict import Because, Outcome, Refusal, outcome_key
from support.plans import backend, certificate, plan_of, route, site

LISTENERS = (
    Listener(HTTP, ("127.0.0.1",), 8080, tls=False, redirect_port=443),
    Listener(HTTPS, ("127.0.0.1",), 8443, tls=True, redirect_port=443),
)
FRONT, CART, NONE = (
    backend("front", ("10.0.0.1", 80)),
    backend("cart", ("10.0.0.2", 80)),
    backend("none"),
)
TLS = certificate("tls", pair("shop.example"))
EMPTY = certificate("empty", None)


def ask(url, *units, listeners=LISTENERS):
    return explain(plan_of(*listeners, FRONT, CART, NONE, TLS, EMPTY, *units), parse_request(url))


def ends(url, *units, **how):
    answer = ask(url, *units, **how)
    return answer.result, answer.status, answer.backend.service.name if answer.backend else None


SHOP = site("shop.example", {"/": "front", "/cart": "cart", "/none": "none", "/gone": "gone"})


@pytest.mark.parametrize(("url", "result", "status", "service"), [
    ("http://shop.example/",      Result.PROXIED,     None, "front"),
    ("https://shop.example/",     Result.PROXIED,     None, "front"),
    ("http://shop.example/cart",  Result.PROXIED,     None, "cart"),
    ("http://shop.example/none",  Result.UNAVAILABLE, 503,  "none"),
    ("http://shop.example/gone",  Result.UNAVAILABLE, 503,  None),     # not in the plan at all
    ("http://other.example/",     Result.NOT_FOUND,   404,  None),
    ("http://shop.example/..",    Result.BAD_REQUEST, 400,  None),
    ("http://shop..example/",     Result.BAD_REQUEST, 400,  None),
])  # fmt: skip
def test_how_a_request_ends(url, result, status, service):
    assert ends(url, SHOP) == (result, status, service)


@pytest.mark.parametrize("url", ["http://shop.example/", "https://shop.example/"])
def test_without_a_listener_nothing_is_asked(url):
    assert ends(url, SHOP, listeners=()) == (Result.NO_LISTENER, None, None)


@pytest.mark.parametrize(("host", "finds"), [
    ("a.example",    "a.example"),
    ("b.example",    "*.example"),
    ("b_1.example",  "*.example"),
    ("$.example",    ""),
    (".example",     ""),
    ("b.a.example",  ""),
    ("example",      ""),
])  # fmt: skip
def test_the_site_of_a_host(host, finds):
    plan = plan_of(site("a.example"), site("*.example"), site(""))
    found = find_site(plan, host)
    assert found
    assert found.host == finds


def test_no_site_at_all():
    assert find_site({}, "a.example") is None


@pytest.mark.parametrize(("path", "wins"), [
    ("/",        None),
    ("/a",       "exact"),
    ("/a/",      "prefix"),
    ("/a/b",     "prefix"),
    ("/ab",      None),
])  # fmt: skip
def test_the_route_of_a_path(path, wins):
    found = match_route(site("x", {"/a": "prefix"}, exact={"/a": "exact"}), path)
    assert (found.backend.name.split("/")[1] if found else None) == wins


def test_the_prefix_of_everything():
    assert match_route(site("x", {"/": "all"}), "/any/thing")


def test_a_default_is_the_hosts_own_else_everybodys():
    own = site("own.example", {"/a": "cart"}, default="front")
    bare = site("bare.example", {"/a": "cart"})
    everybody = site("", {"/b": "none"}, default="cart")
    for url, service, is_default in [
        ("http://own.example/a", "cart", False),
        ("http://own.example/b", "front", True),
        ("http://bare.example/b", "cart", True),  # not the catch-all's rule for /b
        ("http://any.example/b", "none", False),
        ("http://any.example/c", "cart", True),
    ]:
        answer = ask(url, own, bare, everybody)
        assert (answer.backend.service.name, answer.is_default) == (service, is_default), url
    assert ask("http://bare.example/b", bare).result is Result.NOT_FOUND
    assert ask("http://bare.example/b", bare, site("")).result is Result.NOT_FOUND


@pytest.mark.parametrize(("url", "location"), [
    ("http://shop.example/a/",        "https://shop.example/a"),
    ("http://shop.example:8080/?a=b", "https://shop.example/?a=b"),
    ("http://SHOP.example",           "https://shop.example"),
    ("http://shop.example/x/../%41?", "https://shop.example/x/../%41?"),
])  # fmt: skip
def test_a_redirect_keeps_the_target(url, location):
    answer = ask(url, site("shop.example", {"/": "front"}, tls="", redirects=True))
    assert (answer.result, answer.status, answer.location) == (Result.REDIRECTED, 308, location)


def test_a_redirect_names_an_unusual_port():
    http, https = LISTENERS
    shop = site("shop.example", {"/": "front"}, tls="", redirects=True)
    listeners = (replace(http, redirect_port=8443), https)
    assert ask("http://shop.example/a", shop, listeners=listeners).location == (
        "https://shop.example:8443/a"
    )
    # Also where https is ended elsewhere.
    assert ask("http://shop.example/a", shop, listeners=listeners[:1]).location == (
        "https://shop.example:8443/a"
    )


@pytest.mark.parametrize(("tls", "redirects", "url"), [
    ("",   False, "http://shop.example/"),     # switched off
    (None, True,  "http://shop.example/"),     # no TLS
    ("",   True,  "https://shop.example/"),    # there already
])  # fmt: skip
def test_what_is_not_redirected(tls, redirects, url):
    shop = site("shop.example", {"/": "front"}, tls=tls, redirects=redirects)
    assert ask(url, shop).result is Result.PROXIED


def test_a_default_redirects_where_its_owner_has_tls():
    """Everybody's default redirects by the TLS of the catch-all, not by that of the host."""
    with_tls = site("tls.example", tls="")
    plain = site("", default="front", redirects=True)
    secure = site("", default="front", redirects=True, tls="")
    own = site("own.example", default="front", redirects=True, tls="")
    assert ask("http://tls.example/", with_tls, plain).result is Result.PROXIED
    assert ask("http://tls.example/", with_tls, secure).result is Result.REDIRECTED
    assert ask("http://own.example/", own, plain).result is Result.REDIRECTED


@pytest.mark.parametrize(("tls", "shown"), [
    (TLS.key,                "tls"),
    ("",                     None),
    (EMPTY.key,              None),        # a Secret that is not there yet
    (Key("certificate", "x/y"), None),
    (None,                   None),
])  # fmt: skip
def test_the_certificate_of_a_host(tls, shown):
    answer = ask("https://shop.example/", site("shop.example", {"/": "front"}, tls=tls))
    assert (answer.certificate.secret.name if answer.certificate else None) == shown
    assert (answer.tls is None) == (tls is None)


def test_a_host_without_tls_shows_the_certificate_of_the_catch_all():
    plain = site("plain.example", {"/": "front"})
    answer = ask("https://plain.example/", plain, site("", tls=TLS.key))
    assert answer.certificate == TLS
    assert ask("http://plain.example/", plain, site("", tls=TLS.key)).certificate is None
    assert ask("https://stranger.example/", site("", tls=TLS.key)).certificate == TLS


def refusal(name, because=Because.PATH_TAKEN):
    return Refusal(Origin(Ref("Ingress", "shop", name), "spec"), because, name)


def outcome(name, *asked):
    ref = Ref("Ingress", "shop", name)
    return Outcome(outcome_key(ref), ref, asked, (refusal(name),))


def test_who_lost_is_told():
    """Those who wanted this host, or this backend; each once, and nobody else."""
    shop = replace(SHOP, refused=(refusal("site"), refusal("twice")))
    cart = replace(CART, refused=(refusal("backend"), refusal("twice")))
    wild = Key(SITE, "*.example")
    others = [
        outcome("asked", shop.key),
        outcome("elsewhere", Key(SITE, "else.example")),
        outcome("wild", wild),
    ]
    lost = ask("http://shop.example/cart", shop, cart, *others).lost
    assert [told.detail for told in lost] == ["site", "twice", "backend", "asked"]


def test_who_lost_is_told_where_nothing_is_served():
    """The host that nobody serves, and the site that takes its requests instead."""
    others = [outcome("refused", Key(SITE, "shop.example")), outcome("all", CATCH_ALL)]
    assert [told.detail for told in ask("http://shop.example/", *others).lost] == ["refused"]
    lost = ask("http://shop.example/", *others, site("")).lost
    assert [told.detail for told in lost] == ["refused", "all"]


def test_an_ingress_of_another_class_is_told_where_it_names_the_host():
    foreign = replace(outcome("foreign"), mentioned=(Key(SITE, "shop.example"),))
    assert [told.detail for told in ask("http://shop.example/", foreign).lost] == ["foreign"]
    assert ask("http://else.example/", foreign).lost == ()


def test_the_route_that_takes_a_request_is_told():
    answer = ask("http://shop.example/cart/1", SHOP)
    assert answer.route == route("/cart", PathMatch.PREFIX, "cart")
    assert answer.listener == LISTENERS[0]
    assert answer.site == SHOP
