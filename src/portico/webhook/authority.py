"""Certificates of our own making: an authority, and what it vouches for. Pure but for the keys."""

import datetime
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

NAME: Final = "portico-webhook-authority"

_EARLIER: Final = datetime.timedelta(hours=1)
"""Clocks differ."""


class Pair(NamedTuple):
    """Both in PEM; the key is an unencrypted ECDSA P-256 key."""

    certificate: bytes
    key: bytes


class Span(NamedTuple):
    """Seconds since the epoch."""

    start: float
    end: float

    def is_worn(self, now: float) -> bool:
        """Whether less than a third of it is left."""
        return now > self.end - (self.end - self.start) / 3


def new_authority(now: float, days: int) -> Pair:
    """It can vouch for servers only, and for no other authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(NAME)
    builder = _builder(subject, key.public_key(), now, days).issuer_name(subject)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return _pair(builder.add_extension(identifier, critical=False), key, key)


def issued(authority: Pair, names: Sequence[str], now: float, days: int) -> Pair:
    """A certificate for a server of these DNS names."""
    vouching = x509.load_pem_x509_certificate(authority.certificate)
    vouching_key = serialization.load_pem_private_key(authority.key, None)
    assert isinstance(vouching_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_named("portico-webhook"), key.public_key(), now, days)
    builder = builder.issuer_name(vouching.subject)
    for extension, is_critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(vouching.public_key()), False),  # type: ignore[arg-type]
    ):
        builder = builder.add_extension(extension, critical=is_critical)
    return _pair(builder, key, vouching_key)


def span_of(certificate: bytes) -> Span:
    """Of the first in a PEM text. Raises ValueError where there is none."""
    found = x509.load_pem_x509_certificate(certificate)
    return Span(found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp())


def names_of(certificate: bytes) -> tuple[str, ...]:
    """The DNS names of the first in a PEM text."""
    found = x509.load_pem_x509_certificate(certificate)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(names.get_values_for_type(x509.DNSName))


def is_pair(pair: Pair) -> bool:
    """Whether the key is that of the certificate; raises ValueError where one of them is none."""
    key = serialization.load_pem_private_key(pair.key, None)
    return key.public_key() == x509.load_pem_x509_certificate(pair.certificate).public_key()


def vouches(authority: bytes, certificate: bytes) -> bool:
    """Whether one of the authorities in a PEM text has signed the certificate."""
    leaf = x509.load_pem_x509_certificate(certificate)
    for each in x509.load_pem_x509_certificates(authority):
        # A name that fits says nothing yet: all our authorities have the same.
        with suppress(ValueError, TypeError, InvalidSignature):
            leaf.verify_directly_issued_by(each)
            return True
    return False


def merged(ours: bytes, there: bytes, now: float, most: int) -> bytes:
    """Authorities in PEM: ours first, then those of the others like us that are still good.

    What is there stays as it is, in its order, too, if that says the same.
    """
    own = x509.load_pem_x509_certificates(ours)
    try:
        known = x509.load_pem_x509_certificates(there) if there.strip() else []
    except ValueError:
        known = []  # whatever stands there until an authority is known
    others = [each for each in known if each not in own and each.subject == _named(NAME)]
    others = [each for each in others if each.not_valid_after_utc.timestamp() > now]
    others.sort(key=lambda each: each.not_valid_before_utc, reverse=True)
    kept = [*own, *others[: max(0, most - len(own))]]
    if set(kept) == set(known):
        return there
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in kept)


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, now: float, days: int
) -> x509.CertificateBuilder:
    start = datetime.datetime.fromtimestamp(now, datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _EARLIER)
        .not_valid_after(start + datetime.timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _pair(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
) -> Pair:
    certificate = builder.sign(signer, hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    text = key.private_bytes(pem, form, serialization.NoEncryption())
    return Pair(certificate.public_bytes(pem), text)
