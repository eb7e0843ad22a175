"""Claims on one Secret -> Certificate."""

from collections.abc import Sequence

from portico.compiler.claim import CertificateWant, Claim
from portico.compiler.look import Look
from portico.model.core import Secret
from portico.plan.certificate import Certificate
from portico.plan.key import Key


def merge_certificate(key: Key, claims: Sequence[Claim], look: Look) -> Certificate:
    """Whoever claims a certificate has looked at the Secret already and told what is wrong."""
    want = claims[0].want
    assert isinstance(want, CertificateWant)
    found = look.get(Secret, want.secret.namespace, want.secret.name)
    return Certificate(key, want.secret, found.key_pair if found else None)
