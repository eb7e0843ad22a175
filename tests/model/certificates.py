"""Certificates with their keys, for tests. EC P-256, so that making one takes no time."""

import datetime
from functools import cache
from ipaddress import ip_address
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2036, 1, 1, tzinfo=datetime.UTC)


class Pair(NamedTuple):
    """What goes into tls.crt and tls.key."""

    chain: bytes
    key: bytes


@cache
def pair(*names: str, common_name: str = "", serial: int = 1) -> Pair:
    """The same pair for the same arguments; names that are addresses become IP names."""
    return signed_by(new_key(), names, common_name, serial)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def signed_by(
    key: CertificateIssuerPrivateKeyTypes, names: tuple[str, ...], common_name: str, serial: int
) -> Pair:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name or "test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(START)
        .not_valid_after(END)
    )
    if names:
        alternative = x509.SubjectAlternativeName([_general_name(name) for name in names])
        builder = builder.add_extension(alternative, critical=False)
    # Ed25519 brings its own hash.
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    certificate = builder.sign(key, hashed)
    return Pair(certificate.public_bytes(Encoding.PEM), pem_of(key))


def pem_of(key: CertificateIssuerPrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
