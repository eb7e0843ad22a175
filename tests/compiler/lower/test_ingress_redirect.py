"""Whether plain http is sent to https."""

import pytest

from compiler.world import outcome, short, told
from model.build import ingress
from portico.compiler.lower.ingress_redirect import SSL_REDIRECT, redirects_to_https
from portico.compiler.lower.petition import Petition

FIELD = 'metadata.annotations["nginx.ingress.kubernetes.io/ssl-redirect"]'


@pytest.mark.parametrize(
    ("text", "redirects", "is_valid"),
    [
        (None,        True,  True),
        ("true",      True,  True),
        ("1",         True,  True),
        ("T",         True,  True),
        ("false",     False, True),
        ("False",     False, True),
        ("0",         False, True),
        ("f",         False, True),
        ("no",        True,  False),   # not what Go reads as a boolean: the default
        ("fAlse",     True,  False),
        ("",          True,  False),
        (" false",    True,  False),
        ("false\n",   True,  False),
        ("\ud800",    True,  False),
        ("x" * 10**6, True,  False),
    ],
    ids=short,
)  # fmt: skip
def test_only_a_plain_no_is_a_no(text: str | None, redirects: bool, is_valid: bool) -> None:
    fact = ingress("a", annotations={} if text is None else {SSL_REDIRECT: text})
    petition = Petition(fact)
    assert redirects_to_https(fact, petition) is redirects
    refused = outcome(petition.claims()).refused
    assert told(refused) == ([] if is_valid else [(FIELD, "AnnotationInvalid")])
    assert all(refusal.reason.isprintable() for refusal in refused)
