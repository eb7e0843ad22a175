"""Which certificate each host of an Ingress shows."""

from collections.abc import Sequence

import pytest

from compiler.world import look_at, outcome, short
from model.build import ingress, secret
from model.certificates import pair
from portico.compiler.claim import CertificateWant, Claim
from portico.compiler.lower.ingress_tls import ask_tls
from portico.compiler.lower.petition import Petition
from portico.model.ref import Ref
from portico.plan.key import SITE, Key
from portico.plan.site import TLS

FACTS = [
    secret("one", pair("a.example")),
    secret("wild", pair("*.example")),
    secret("two", pair("a.example", "b.example")),
    secret("opaque", None),
    secret("elsewhere", pair("a.example"), namespace="other"),
]


def asked(host: str, *tls: tuple[str, Sequence[str]], hosts: Sequence[str] = ()) -> list[Claim]:
    fact = ingress("a", tls=tls)
    petition = Petition(fact)
    ask_tls(fact, [Key(SITE, name) for name in hosts or [host]], look_at(*FACTS), petition)
    return petition.claims()


def shown(host: str, *tls: tuple[str, Sequence[str]]) -> tuple[str, str, str]:
    """The Secret whose certificate is shown, the field that decided, and a refusal's code."""
    claims = asked(host, *tls)
    (want,) = (claim.want for claim in claims if isinstance(claim.want, TLS))
    refused = outcome(claims).refused
    certificate = want.certificate.name.removeprefix("shop/") if want.certificate else ""
    return (
        certificate,
        want.origin.field.removeprefix("spec."),
        refused[0].because.value.code if refused else "",
    )


A = "a.example"


@pytest.mark.parametrize(
    ("host", "tls", "expected"),
    [
        # The entry that lists the host decides.
        (A,  [("one", [A])],                         ("one", "tls[0].secretName", "")),
        (A,  [("one", ["A.Example"])],               ("one", "tls[0].secretName", "")),
        (A,  [("two", ["x"]), ("one", [A])],         ("one", "tls[1].secretName", "")),
        (A,  [("one", [A]), ("two", [A])],           ("one", "tls[0].secretName", "")),
        (A,  [("wild", ["*.example"])],              ("wild", "tls[0].secretName", "")),
        (A,  [("wild", ["*.example"]), ("one", [A])], ("one", "tls[1].secretName", "")),
        ("*.example", [("wild", ["*.example"])],     ("wild", "tls[0].secretName", "")),
        # Else the first whose certificate covers the host.
        (A,  [("one", ["x"])],                       ("one", "tls[0].secretName", "")),
        (A,  [("opaque", ["x"]), ("wild", ["x"]), ("one", ["x"])],
         ("wild", "tls[1].secretName", "")),
        (A,  [("two", ["x"]), ("one", ["x"])],       ("two", "tls[0].secretName", "")),
        (A,  [("opaque", []), ("one", ["x"])],       ("one", "tls[1].secretName", "")),
        # Else the first that is meant for all hosts.
        (A,  [("one", [])],                          ("one", "tls[0].secretName", "")),
        ("c.other", [("one", []), ("two", [])],
         ("", "tls[0].secretName", "CertificateMismatch")),
        # Else the default certificate.
        ("c.other", [("one", ["x"])],                ("", "tls", "")),
        (A,  [("", [A])],                            ("", "tls[0]", "")),
        (A,  [("", [])],                             ("", "tls[0]", "")),
        # Never one that does not cover the host, nor one that is not there.
        ("b.example", [("one", ["b.example"])],
         ("", "tls[0].secretName", "CertificateMismatch")),
        ("*.example", [("one", ["*.example"])],
         ("", "tls[0].secretName", "CertificateMismatch")),
        (A,  [("missing", [A])],                     ("", "tls[0].secretName", "SecretMissing")),
        (A,  [("opaque", [A])],                      ("", "tls[0].secretName", "SecretMissing")),
        (A,  [("elsewhere", [A])],                   ("", "tls[0].secretName", "SecretMissing")),
        (A,  [("../one\n", [A])],                    ("", "tls[0].secretName", "SecretMissing")),
        # Hosts that nobody named take what is meant for all; there is no name to compare.
        ("", [("one", [])],                          ("one", "tls[0].secretName", "")),
        ("", [("one", [A])],                         ("", "tls", "")),
        ("", [("one", ["*."])],                      ("", "tls", "")),
    ],
    ids=range(25),
)  # fmt: skip
def test_which_certificate_is_shown(
    host: str, tls: list[tuple[str, Sequence[str]]], expected: tuple[str, str, str]
) -> None:
    assert shown(host, *tls) == expected


def test_without_tls_nothing_is_asked() -> None:
    assert [claim.key.kind for claim in asked(A)] == ["outcome"]


def test_a_certificate_is_claimed_once_however_many_hosts_show_it() -> None:
    claims = asked("", ("two", []), hosts=["a.example", "b.example"])
    assert [claim.key.name for claim in claims if isinstance(claim.want, CertificateWant)] == [
        "shop/two"
    ]
    assert sum(isinstance(claim.want, TLS) for claim in claims) == 2


def test_a_missing_secret_is_told_once_a_mismatch_for_each_host() -> None:
    hosts = ["c.other", "d.other"]
    for name, codes in (("missing", ["SecretMissing"]), ("one", ["CertificateMismatch"] * 2)):
        refused = outcome(asked("", (name, hosts), hosts=hosts)).refused
        assert [refusal.because.value.code for refusal in refused] == codes


@pytest.mark.parametrize("name", ["a\nb", "\ud800", "x" * 10**6], ids=short)
def test_messages_are_printable_whatever_the_secret_is_called(name: str) -> None:
    (refusal,) = outcome(asked(A, (name, [A]))).refused
    assert refusal.reason.isprintable()
    assert len(refusal.reason) < 1000


def test_secrets_that_may_decide_later_are_on_the_trail() -> None:
    fact = ingress("a", tls=[("missing", ["x"]), ("opaque", ["x"])])
    look = look_at(*FACTS)
    ask_tls(fact, [Key(SITE, A)], look, Petition(fact))
    assert look.trail == {Ref("Secret", "shop", "missing"), Ref("Secret", "shop", "opaque")}
