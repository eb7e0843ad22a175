"""Reads certificates and keys in PEM; the only user of `cryptography` in the core."""

import datetime
import warnings
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.utils import CryptographyDeprecationWarning

from portico.model.key_pair import KeyPair, KeyPairError
from portico.model.opaque import PrivateKey

SHORTEST_RSA: Final = 2048
"""Bits. OpenSSL refuses shorter keys (security level 2), and with them every handshake."""

_UNREADABLE: Final = (
    ValueError,
    TypeError,  # an encrypted key without its passphrase
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def read_key_pair(chain_pem: bytes, key_pem: bytes) -> KeyPair:
    """See parse_key_pair. Raises KeyPairError, and nothing else whatever the bytes are."""
    with warnings.catch_warnings():
        # Oddities such as a serial number of 0, which keep no client from connecting.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return _read(chain_pem, key_pem)


def _read(chain_pem: bytes, key_pem: bytes) -> KeyPair:
    key = _key(key_pem)
    try:
        chain = x509.load_pem_x509_certificates(chain_pem)
        leaf = chain[0]
        fits = _spki(leaf.public_key()) == _spki(key.public_key())
        names = _names(leaf)
    except _UNREADABLE:
        raise KeyPairError(
            "tls.crt",
            "is not a PEM certificate",
            "expected -----BEGIN CERTIFICATE-----, leaf first",
        ) from None
    if not fits:
        raise KeyPairError(
            "tls.key",
            "does not belong to the first certificate of tls.crt",
            "put the leaf certificate first, and the key it was issued for",
        )
    return KeyPair(
        chain_pem=b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain),
        private_key=PrivateKey(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        ),
        names=names,
        not_before=_seconds(leaf.not_valid_before_utc),
        not_after=_seconds(leaf.not_valid_after_utc),
        fingerprint=leaf.fingerprint(SHA256()).hex(),
    )


def _key(pem: bytes) -> PrivateKeyTypes:
    try:
        # The exhaustive check of an RSA key costs milliseconds and is of no use against its owner.
        key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    except _UNREADABLE:
        raise KeyPairError(
            "tls.key",
            "is not an unencrypted PEM private key",
            "expected -----BEGIN PRIVATE KEY-----; a passphrase is removed by: openssl pkey",
        ) from None
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST_RSA:
        raise KeyPairError(
            "tls.key",
            f"is an RSA key of {key.key_size} bits, which no client is shown any more",
            f"issue one of at least {SHORTEST_RSA} bits, or an ECDSA key",
        )
    return key


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    """DNS and IP names of the leaf, lower-case; the common name only where there is no SAN."""
    try:
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return tuple(str(name.value).lower() for name in common)
    dns = alternative.get_values_for_type(x509.DNSName)
    addresses = alternative.get_values_for_type(x509.IPAddress)
    return tuple(name.lower() for name in dns) + tuple(str(address) for address in addresses)


def _seconds(moment: datetime.datetime) -> int:
    return int(moment.timestamp())
