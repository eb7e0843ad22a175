"""An answer, for programs and for people."""

import json
from dataclasses import replace

from explain.test_explain import (
    EMPTY,
    LISTENERS,
    SHOP,
    TLS,
    ask,
    refusal,
)
from model.certificates import pair
from portico.explain.document import answer_document, answer_lines
from portico.explain.request import parse_request
from portico.model.ref import Ref
from portico.plan.backend import Endpoint, LeftOut
from portico.plan.key import Origin
from portico.plan.verdict import Because
from support.plans import NOBODY, backend, certificate, site


def document(url, *units, **how):
    return answer_document(parse_request(url), ask(url, *units, **how))


def lines(url, *units, **how):
    return list(answer_lines(parse_request(url), ask(url, *units, **how)))


def test_every_step_is_in_the_document():
    got = document(
        "https://shop.example/cart/%31?a=b", replace(SHOP, tls=site("", tls=TLS.key).tls)
    )
    assert json.loads(json.dumps(got)) == got
    assert got["request"] == {
        "method": "GET", "scheme": "https", "host": "shop.example", "path": "/cart/1",
    }  # fmt: skip
    assert (got["result"], got["status"], got["location"]) == ("proxied", None, None)
    assert (got["listener"]["name"], got["host"]) == ("https", "shop.example")
    assert got["certificate"]["secret"] == "Secret shop/tls"
    assert got["certificateFrom"] == {"object": "Ingress shop/test", "field": ""}
    assert (got["route"]["path"], got["route"]["backend"]) == ("/cart", "shop/cart/80")
    assert got["backend"]["endpoints"][0]["address"] == "10.0.0.2"
    assert (got["isDefaultBackend"], got["lost"]) == (False, [])


def test_what_was_not_found_is_null():
    got = document("http://other.example/", SHOP)
    empty = ("certificate", "certificateFrom", "host", "route", "backend")
    assert {name: got[name] for name in empty} == dict.fromkeys(empty)
    assert (got["result"], got["status"]) == ("not found", 404)


def test_the_catch_all_has_a_name_too():
    assert document("http://other.example/", site("", {"/": "front"}))["host"] == "(any other)"


def test_no_private_key_is_in_it():
    shop = site("shop.example", {"/": "front"}, tls=TLS.key)
    assert "PRIVATE" not in json.dumps(document("https://shop.example/", shop))


def test_the_lines_of_a_request_that_is_served():
    six = backend("cart", ("10.0.0.2", 80), ("fd00::1", 8080))
    assert lines("http://shop.example/cart", SHOP, six) == [
        "GET http://shop.example/cart",
        "  listener    http on 127.0.0.1 port 8080",
        "  host        shop.example",
        f"  route       Prefix /cart  <- {NOBODY}",
        "  backend     Service shop/cart port 80 (http, round_robin)",
        f"  endpoint    10.0.0.2:80  <- {NOBODY}",
        f"  endpoint    [fd00::1]:8080  <- {NOBODY}",
        "  result      an endpoint answers",
    ]


def test_nodes_that_get_nothing_are_named():
    told = Origin(Ref("Node", "", "node-a"), "status.addresses[0].address")
    left = LeftOut("node-b", Origin(Ref("Node", "", "node-b"), ""), "the node has no address")
    node = Endpoint("192.0.2.31", 32111, told)
    at_nodes = replace(backend("cart"), endpoints=(node,), left_out=(left,))
    assert lines("http://shop.example/cart", SHOP, at_nodes)[-3:] == [
        f"  node        192.0.2.31:32111  <- {told}",
        "  left out    node-b: the node has no address  <- Node node-b",
        "  result      an endpoint answers",
    ]
    [left_out] = document("http://shop.example/cart", SHOP, at_nodes)["backend"]["leftOut"]
    assert (left_out["who"], left_out["reason"]) == ("node-b", "the node has no address")


def test_the_lines_about_certificates():
    told = certificate("both", pair("shop.example", "www.shop.example"))
    for tls, extra, text in [
        (told.key, (told,), f"Secret shop/both (shop.example, www.shop.example)  <- {NOBODY}"),
        (EMPTY.key, (), f"the default one (self-signed)  <- {NOBODY}"),
        (None, (), "the default one (self-signed)"),
    ]:
        shop = site("shop.example", {"/": "front"}, tls=tls)
        assert f"  certificate {text}" in lines("https://shop.example/", shop, *extra)
        assert not any("certificate" in line for line in lines("http://shop.example/", shop))


def test_the_lines_of_other_ends():
    redirecting = site("shop.example", {"/": "front"}, tls="", redirects=True)
    assert lines("http://shop.example/", redirecting)[-1] == (
        "  result      308 to https://shop.example"
    )
    assert lines("http://shop.example/none", SHOP)[-1] == "  result      503 unavailable"
    assert lines("http://other.example/")[-2:] == [
        "  host        no rule names this host",
        "  result      404 not found",
    ]
    assert lines("http://any.example/", site("", default="front"))[3] == (
        f"  route       default backend  <- {NOBODY}"
    )


def test_the_lines_of_what_goes_nowhere():
    assert lines("https://shop.example/", SHOP, listeners=LISTENERS[:1]) == [
        "GET https://shop.example/",
        "  result      no such listener is switched on (of a connection ask tcp://ADDRESS:PORT)",
    ]
    assert lines("http://shop.example/..", SHOP) == [
        "GET http://shop.example",
        "  listener    http on 127.0.0.1 port 8080",
        "  result      400 bad request",
    ]


def test_who_lost_and_why():
    lost = refusal("late", Because.PATH_TAKEN)
    got = lines("http://shop.example/", replace(SHOP, refused=(lost,)))
    assert got[-2:] == [
        f"  error       Ingress shop/late spec: {lost.reason}",
        f"              hint: {Because.PATH_TAKEN.value.hint}",
    ]
    [told] = document("http://shop.example/", replace(SHOP, refused=(lost,)))["lost"]
    assert told["because"] == "PathTaken"
