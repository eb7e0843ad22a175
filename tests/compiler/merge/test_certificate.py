"""Claims on one Secret -> Certificate."""

import pytest

from compiler.world import look_at
from model.build import secret
from model.certificates import pair
from portico.compiler.claim import CertificateWant, Claim, rank_of
from portico.compiler.merge.certificate import merge_certificate
from portico.model.fact import Fact
from portico.model.ref import Ref
from portico.plan.certificate import Certificate, certificate_key
from portico.plan.key import Origin

TLS = Ref("Secret", "shop", "tls")
INGRESS = Ref("Ingress", "shop", "a")
PAIR = secret("tls", pair("a.example"))


@pytest.mark.parametrize(
    ("facts", "has_pair"),
    [
        ([PAIR],                 True),
        ([secret("tls", None)],  False),
        ([],                     False),
    ],
    ids=["pair", "other values", "missing"],
)  # fmt: skip
def test_merge_certificate(facts: list[Fact], has_pair: bool) -> None:
    key = certificate_key(TLS)
    want = CertificateWant(TLS, Origin(INGRESS, "spec.tls[0].secretName"))
    look = look_at(*facts)
    found = merge_certificate(key, [Claim(key, rank_of("", INGRESS), want)], look)
    assert found == Certificate(key, TLS, PAIR.key_pair if has_pair else None)
    assert look.trail == {TLS}
