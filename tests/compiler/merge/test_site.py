"""Claims on one host -> Site: the first claim on a path wins."""

from collections.abc import Sequence

import pytest

from compiler.world import look_at, told
from portico.compiler.claim import Claim, DefaultWant, SiteWant, Want, rank_of
from portico.compiler.merge.site import merge_site
from portico.model.ref import Ref
from portico.plan.backend import backend_key
from portico.plan.certificate import certificate_key
from portico.plan.key import SITE, Key, Origin
from portico.plan.site import TLS, PathMatch, Route, Site

KEY = Key(SITE, "a.example")


def origin(name: str, field: str = "f") -> Origin:
    return Origin(Ref("Ingress", "shop", name), field)


def route(text: str, name: str = "a") -> Route:
    """`= /path` is Exact; the backend is named after the Ingress."""
    match = PathMatch.EXACT if text.startswith("=") else PathMatch.PREFIX
    backend = backend_key("shop", name, "80")
    return Route(text.removeprefix("= "), match, backend, True, origin(name, text))


def default(name: str, *, implicit: bool = False) -> DefaultWant:
    return DefaultWant(route("/", name), implicit)


def tls(name: str, secret: str = "") -> TLS:
    certificate = certificate_key(Ref("Secret", "shop", secret)) if secret else None
    return TLS(certificate, origin(name))


def merged(*wants: Want) -> Site:
    claims = [Claim(KEY, rank_of("", Ref("Ingress", "shop", "a")), want) for want in wants]
    return merge_site(KEY, claims, look_at())


def order(*texts: str) -> list[str]:
    routes = merged(*(route(text) for text in texts)).routes
    return [("= " if r.match is PathMatch.EXACT else "") + r.path for r in routes]


@pytest.mark.parametrize(
    ("asked", "tried"),
    [
        (["/", "/a", "/a/b"],     ["/a/b", "/a", "/"]),
        (["/a", "= /a"],          ["= /a", "/a"]),
        (["/a/b/c", "= /"],       ["= /", "/a/b/c"]),
        (["/b", "/a"],            ["/a", "/b"]),
        (["/ab", "/é"],           ["/ab", "/é"]),       # both have three bytes
        (["/abc", "/éé"],         ["/éé", "/abc"]),     # bytes count, as in nginx
    ],
    ids=range(6),
)  # fmt: skip
def test_the_most_specific_path_is_tried_first(asked: Sequence[str], tried: list[str]) -> None:
    assert order(*asked) == order(*reversed(asked)) == tried


def test_the_first_claim_on_a_path_wins_and_the_others_are_told() -> None:
    found = merged(route("/", "a"), route("/", "b"), route("= /", "c"), route("/", "d"))
    assert [r.backend.name for r in found.routes] == ["shop/c/80", "shop/a/80"]
    assert told(found.refused) == [("/", "PathTaken")] * 2
    assert [refusal.origin.ref.name for refusal in found.refused] == ["b", "d"]
    assert {refusal.detail for refusal in found.refused} == {"Ingress shop/a /"}


def test_the_same_path_twice_in_one_ingress_is_told_as_well() -> None:
    assert told(merged(route("/a"), route("/a")).refused) == [("/a", "PathTaken")]


@pytest.mark.parametrize(
    ("wants", "winner", "losers"),
    [
        ([],                                                         "",  []),
        ([default("a")],                                             "a", []),
        ([default("a"), default("b"), default("c")],                 "a", ["b", "c"]),
        ([default("a", implicit=True)],                              "a", []),
        ([default("a", implicit=True), default("b", implicit=True)], "a", []),
        ([default("a", implicit=True), default("b")],                "b", []),
        ([default("a"), default("b", implicit=True)],                "a", []),
        ([default("a", implicit=True), default("b"), default("c")],  "b", ["c"]),
    ],
    ids=range(8),
)  # fmt: skip
def test_one_default_explicit_before_implicit(
    wants: list[Want], winner: str, losers: list[str]
) -> None:
    found = merged(*wants)
    assert (found.default.origin.ref.name if found.default else "") == winner
    assert [refusal.origin.ref.name for refusal in found.refused] == losers
    assert {code for _, code in told(found.refused)} <= {"DefaultTaken"}


@pytest.mark.parametrize(
    ("wants", "winner", "losers"),
    [
        ([],                                         "",  []),
        ([tls("a"), tls("b")],                       "a", []),
        ([tls("a"), tls("b", "two")],                "b", []),     # a certificate of its own
        ([tls("a", "one"), tls("b")],                "a", []),
        ([tls("a", "one"), tls("b", "one")],         "a", []),     # the same: nobody loses
        ([tls("a", "one"), tls("b", "two")],         "a", ["b"]),
    ],
    ids=range(6),
)  # fmt: skip
def test_one_certificate_a_host(wants: list[Want], winner: str, losers: list[str]) -> None:
    found = merged(*wants)
    assert (found.tls.origin.ref.name if found.tls else "") == winner
    assert [refusal.origin.ref.name for refusal in found.refused] == losers
    assert {code for _, code in told(found.refused)} <= {"CertificateTaken"}


def test_a_host_may_exist_without_serving_anything() -> None:
    assert merged(SiteWant(origin("a"))) == Site(KEY)


def test_paths_defaults_and_certificates_do_not_get_in_each_others_way() -> None:
    wants = [route("/"), default("a"), tls("a", "one"), SiteWant(origin("a"))]
    found = merged(*wants)
    assert found == merged(*reversed(wants))
    assert (len(found.routes), found.default is None, found.tls is None) == (1, False, False)
    assert found.refused == ()
