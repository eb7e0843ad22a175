"""Certificates: one per Secret."""

from portico.model.ref import Ref
from portico.plan.certificate import Certificate, certificate_key


def test_one_certificate_per_secret() -> None:
    one = Ref("Secret", "shop", "tls")
    assert certificate_key(one).name == "shop/tls"
    assert certificate_key(one) != certificate_key(Ref("Secret", "other", "tls"))
    assert Certificate(certificate_key(one), one, None).refused == ()
