"""From what somebody typed to what nginx would match."""

import pytest

from portico.explain.request import Request, RequestError, bare_host, normal_path, parse_request


@pytest.mark.parametrize(("url", "scheme", "host", "path", "target"), [
    ("http://shop.example/cart",      "http",  "shop.example", "/cart", "/cart"),
    ("https://shop.example/cart",     "https", "shop.example", "/cart", "/cart"),
    ("HTTPS://Shop.Example",          "https", "shop.example", "/",     "/"),
    ("shop.example/cart",             "http",  "shop.example", "/cart", "/cart"),
    ("shop.example:8080",             "http",  "shop.example", "/",     "/"),
    ("shop.example/?to=http://x/y",   "http",  "shop.example", "/",     "/?to=http://x/y"),
    ("http://shop.example?a=b",       "http",  "shop.example", "/",     "/?a=b"),
    ("http://shop.example/cart?",     "http",  "shop.example", "/cart", "/cart?"),
    ("http://shop.example/a?b=/../c", "http",  "shop.example", "/a",    "/a?b=/../c"),
    ("http://shop.example/a#b",       "http",  "shop.example", "/a",    "/a"),     # stays at home
    ("http://shop.example/a%23b",     "http",  "shop.example", "/a#b",  "/a%23b"),
    ("http://me:pw@shop.example/",    "http",  "shop.example", "/",     "/"),
    ("http://[::1]:8080/a",           "http",  "[::1]",        "/a",    "/a"),
    ("http://10.0.0.1/",              "http",  "10.0.0.1",     "/",     "/"),
    ("http://shop.example/é",         "http",  "shop.example", "/é",    "/é"),
    ("http://shop.example/%zz",       "http",  "shop.example", "",      "/%zz"),
    ("http://shop..example/",         "http",  "",             "/",     "/"),
])  # fmt: skip
def test_a_url(url, scheme, host, path, target):
    assert parse_request(url) == Request(scheme, host, path, target)


@pytest.mark.parametrize(("url", "says"), [
    ("ftp://shop.example/",        "expected http://HOST/PATH"),
    ("http:///cart",               "expected http://HOST/PATH"),
    ("http://:80/cart",            "expected http://HOST/PATH"),
    ("",                           "expected http://HOST/PATH"),
    ("/cart",                      "expected http://HOST/PATH"),
    ("http://shop.example:x/",     "expected http://HOST/PATH"),
    ("http://shop.example:65536/", "port 65536 does not exist"),
    ("http://[::1/",               "expected http://HOST/PATH"),
    ("http://shop.example/a b",    "%20"),
    ("http://shop.example/a\nb",   "%20"),
    (" http://shop.example/",      "%20"),
])  # fmt: skip
def test_what_cannot_be_a_url(url, says):
    with pytest.raises(RequestError, match=says):
        parse_request(url)


def test_a_host_header_wins_over_the_url():
    request = parse_request("http://10.0.0.1/", headers=["Accept: */*", "host:  Shop.Example:80 "])
    assert request.host == "shop.example"
    assert request.headers == (("Accept", "*/*"), ("host", "Shop.Example:80"))


def test_the_method_is_written_large():
    assert parse_request("http://shop.example/", "post").method == "POST"


@pytest.mark.parametrize("header", ["", "nonsense", ": value", "  : value"])
def test_what_cannot_be_a_header(header):
    with pytest.raises(RequestError, match="expected 'Name: value'"):
        parse_request("http://shop.example/", headers=[header])


@pytest.mark.parametrize(("text", "host"), [
    ("shop.example",       "shop.example"),
    ("SHOP.Example",       "shop.example"),
    ("shop.example:80",    "shop.example"),
    ("shop.example.",      "shop.example"),
    ("shop.example.:80",   "shop.example"),
    ("[::1]",              "[::1]"),
    ("[FE80::A]:80",       "[fe80::a]"),
    ("[::1",               "[::1"),
    (".shop.example",      ".shop.example"),
    ("\u212a.example",     "\u212a.example"),   # Kelvin is no k to nginx
    ("",                   ""),
    (".",                  ""),
    (":80",                ""),
    ("a..b",               ""),                 # from here on: 400
    ("a/b",                ""),
    ("a b",                ""),
    ("a\tb",               ""),
    ("a\x7fb",             ""),
])  # fmt: skip
def test_a_host_as_nginx_sees_it(text, host):
    assert bare_host(text) == host


@pytest.mark.parametrize(("path", "normal"), [
    ("/",             "/"),
    ("/a/b",          "/a/b"),
    ("/a/",           "/a/"),
    ("//a///b//",     "/a/b/"),
    ("/a/./b",        "/a/b"),
    ("/a/.",          "/a/"),
    ("/.",            "/"),
    ("/a/b/..",       "/a/"),
    ("/a/b/../c",     "/a/c"),
    ("/a/..",         "/"),
    ("/a//../b",      "/b"),
    ("/a/...",        "/a/..."),
    ("/a/.b",         "/a/.b"),
    ("/%61",          "/a"),
    ("/a%2Fb",        "/a/b"),
    ("/a%2f..%2fb",   "/b"),
    ("/%2e%2e/a",     ""),                      # above the root
    ("/..",           ""),
    ("/a/../../b",    ""),
    ("/a%3Fb",        "/a?b"),
    ("/%2561",        "/%61"),                  # once, not twice
    ("/a+b",          "/a+b"),
    ("/caf%C3%A9",    "/café"),
    ("/caf%E9",       "/caf\udce9"),            # no UTF-8: kept apart from everything else
    ("/a%00",         ""),
    ("/a%",           ""),
    ("/a%4",          ""),
    ("/a%4g",         ""),
])  # fmt: skip
def test_a_path_as_nginx_sees_it(path, normal):
    assert normal_path(path) == normal
