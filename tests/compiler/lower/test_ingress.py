"""Ingress v1 -> claims: parts that cannot be served are refused alone."""

import pytest

from compiler.world import lowered, outcome, told
from model.build import Document, ingress, ingress_class, rule, secret
from model.certificates import pair
from portico.compiler.claim import BackendWant, Claim, DefaultWant, SiteWant
from portico.compiler.lower.ingress_redirect import SSL_REDIRECT
from portico.plan.key import SITE, Key
from portico.plan.site import Route


def line(claim: Claim) -> str:
    """A claim as one line of text."""
    want = claim.want
    if isinstance(want, Route):
        return f"{claim.key}: {want.match} {want.path} -> {want.backend.name}"
    if isinstance(want, DefaultWant):
        how = "implicit default" if want.implicit else "default"
        return f"{claim.key}: {how} -> {want.route.backend.name}"
    return str(claim.key)


def lines(claims: list[Claim]) -> list[str]:
    """All but the outcome, in order."""
    return [line(claim) for claim in claims if claim.key.kind != "outcome"]


def test_a_rule_asks_for_its_backend_and_its_path() -> None:
    claims = lowered(ingress("a", rule("a.example", "/ cart:80", "= /pay pay:web")))
    assert lines(claims) == [
        "backend shop/cart/80",
        "site a.example: Prefix / -> shop/cart/80",
        "backend shop/pay/web",
        "site a.example: Exact /pay -> shop/pay/web",
    ]
    assert outcome(claims).refused == ()


def test_every_claim_knows_its_field() -> None:
    claims = lowered(
        ingress("a", rule("a.example", "/ cart:80"), default="cart:80"),
    )
    fields = [
        want.origin.field
        for claim in claims
        if isinstance(want := claim.want, Route | BackendWant | SiteWant)
    ] + [claim.want.route.origin.field for claim in claims if isinstance(claim.want, DefaultWant)]
    assert fields == [
        "spec.rules[0].http.paths[0].backend.service",
        "spec.rules[0].http.paths[0]",
        "spec.defaultBackend.service",
        "spec.defaultBackend",
        "spec.defaultBackend",
    ]


@pytest.mark.parametrize(
    ("rules", "default", "expected"),
    [
        # Without rules it is meant for all; with rules, for their hosts, and for what no one names.
        ([],                     "d:1", ["site : default"]),
        ([rule("a.example")],    "d:1", ["site a.example: default", "site : implicit default"]),
        ([rule()],               "d:1", ["site : default"]),
        ([rule(), rule("a.example")], "d:1", ["site : default", "site a.example: default"]),
        ([rule("a.example")] * 2, "d:1", ["site a.example: default", "site : implicit default"]),
        # A mistyped host must not make it the default of everybody else.
        ([rule("Bad")],          "d:1", ["site : implicit default"]),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_default_backend(rules: list[Document], default: str, expected: list[str]) -> None:
    found = lines(lowered(ingress("a", *rules, default=default)))
    assert [text.removesuffix(" -> shop/d/1") for text in found if "default" in text] == expected


def test_a_default_backend_that_cannot_be_served_is_refused() -> None:
    claims = lowered(ingress("a", rule("a.example", "/ cart:80"), default="No:1"))
    assert told(outcome(claims).refused) == [("spec.defaultBackend.service.name", "ServiceInvalid")]
    assert not any(isinstance(claim.want, DefaultWant) for claim in claims)


RULE, PATH = "spec.rules[0]", "spec.rules[0].http.paths[0]"
BUCKET = {"path": "/", "backend": {"resource": {"kind": "Bucket", "name": "b"}}}


def with_path(**fields: object) -> Document:
    good = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "a", "port": {}}}}
    return {"http": {"paths": [{**good, **fields}]}}


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (rule("Shop.example", "/ cart:80"),   (f"{RULE}.host", "HostInvalid")),
        (with_path(pathType="Regex"),         (f"{PATH}.pathType", "PathTypeUnknown")),
        (with_path(path="no-slash"),          (f"{PATH}.path", "PathInvalid")),
        (with_path(),                         (f"{PATH}.backend", "BackendMissing")),
        ({"http": {"paths": [BUCKET]}},       (f"{PATH}.backend.resource", "ResourceUnsupported")),
        (rule("", "/ a.b:80"),                (f"{PATH}.backend.service.name", "ServiceInvalid")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_bad_part_is_refused_and_the_rest_works(bad: Document, expected: tuple[str, str]) -> None:
    claims = lowered(ingress("a", bad, rule("b.example", "/ cart:80")))
    assert told(outcome(claims).refused) == [expected]
    assert "site b.example: Prefix / -> shop/cart/80" in lines(claims)


@pytest.mark.parametrize(
    ("found", "sites"),
    [
        (rule("a.example"),                ["a.example"]),
        (rule("a.example", "/ No:1"),      ["a.example"]),   # refused paths do not free the host
        (rule("Bad", "/ cart:80"),         []),
        (rule(),                           [""]),
    ],
    ids=["no paths", "bad path", "bad host", "no host"],
)  # fmt: skip
def test_a_host_exists_even_if_nothing_of_it_can_be_served(
    found: Document, sites: list[str]
) -> None:
    claims = lowered(ingress("a", found))
    assert [claim.key.name for claim in claims if isinstance(claim.want, SiteWant)] == sites


@pytest.mark.parametrize(
    ("rules", "default", "is_refused"),
    [
        ([],                                "",    True),
        ([rule("a.example")],               "",    True),
        ([{"host": "a.example", "http": {}}], "",  True),
        ([],                                "d:1", False),
        ([rule("a.example", "/ cart:80")],  "",    False),
    ],
    ids=range(5),
)  # fmt: skip
def test_an_ingress_that_asks_for_nothing_is_told_so(
    rules: list[Document], default: str, is_refused: bool
) -> None:
    refused = outcome(lowered(ingress("a", *rules, default=default))).refused
    assert told(refused) == ([("spec", "NothingAsked")] if is_refused else [])


def test_prefixes_lose_their_trailing_slash_exact_paths_keep_it() -> None:
    claims = lowered(ingress("a", rule("", "/a/ c:1", "~ /b/ c:1", "= /c/ c:1")))
    paths = [claim.want.path for claim in claims if isinstance(claim.want, Route)]
    assert paths == ["/a", "/b", "/c/"]


@pytest.mark.parametrize("text", ["true", "false"])
def test_the_redirect_switch_is_on_every_route(text: str) -> None:
    claims = lowered(
        ingress("a", rule("", "/ c:1"), default="d:1", annotations={SSL_REDIRECT: text})
    )
    switches = [claim.want.redirects_to_https for claim in claims if isinstance(claim.want, Route)]
    switches += [
        claim.want.route.redirects_to_https
        for claim in claims
        if isinstance(claim.want, DefaultWant)
    ]
    assert switches == [text == "true"] * 2


def test_an_ingress_of_another_class_asks_for_nothing_but_is_told_why() -> None:
    fact = ingress("a", rule("a.example", "/ c:1"), ingressClassName="other")
    claims = lowered(fact, ingress_class("other", "traefik.io/ingress"))
    assert lines(claims) == []
    assert told(outcome(claims).refused) == [("spec.ingressClassName", "ClassElsewhere")]
    assert outcome(claims).asked == ()
    assert outcome(claims).mentioned == (Key(SITE, "a.example"),)


@pytest.mark.parametrize(
    ("rules", "sites"),
    [
        ([rule("a.example", "/ c:1"), rule("b.example", "/ c:1")], ["a.example", "b.example"]),
        ([],                  [""]),
        ([rule("Bad")],       []),      # with nothing but bad hosts there is none to show it for
    ],
    ids=["hosts", "no rules", "bad hosts"],
)  # fmt: skip
def test_tls_is_for_all_hosts_of_the_ingress(rules: list[Document], sites: list[str]) -> None:
    fact = ingress("a", *rules, default="d:1", tls=[("tls", [])])
    claims = lowered(fact, secret("tls", pair("a.example", "b.example")))
    asked = [claim.key.name for claim in claims if type(claim.want).__name__ == "TLS"]
    assert asked == sites


def test_the_outcome_names_every_unit_that_was_asked() -> None:
    claims = lowered(ingress("a", rule("a.example", "/ c:1", "/x c:1"), rule("b.example")))
    assert [str(key) for key in outcome(claims).asked] == [
        "backend shop/c/1",
        "site a.example",
        "site b.example",
    ]
