"""Certificates that vouch for themselves: for a default, a demo, a measurement."""

import datetime
from typing import NamedTuple


class SelfSigned(NamedTuple):
    """Both in PEM; the key is an unencrypted ECDSA P-256 key."""

    certificate: bytes
    key: bytes


def self_signed(common_name: str, dns_name: str, now: float, days: int) -> SelfSigned:
    """A certificate for one DNS name, valid from an hour before `now` (seconds since the epoch)."""
    # Imported on first use: most commands never need it.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    start = datetime.datetime.fromtimestamp(now, datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - datetime.timedelta(hours=1))
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(dns_name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    pkcs8, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return SelfSigned(certificate.public_bytes(pem), key.private_bytes(pem, pkcs8, bare))
