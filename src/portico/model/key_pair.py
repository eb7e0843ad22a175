"""A certificate chain with the private key that fits it, checked once, when it enters."""

import datetime
from functools import cache
from types import ModuleType

from msgspec import Struct

from portico.model.opaque import PrivateKey


class KeyPairError(ValueError):
    """The pair cannot be served; `field` is the Secret's data key that is to blame."""

    def __init__(self, field: str, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.hint = hint


class KeyPair(Struct, frozen=True, gc=False):
    """Times are seconds since the epoch; the fingerprint is the leaf's SHA-256 in hex."""

    chain_pem: bytes
    private_key: PrivateKey
    names: tuple[str, ...]
    not_before: int
    not_after: int
    fingerprint: str

    def covers(self, host: str) -> bool:
        """RFC 6125 6.4.3: a wildcard stands for exactly one left-most label."""
        _, _, parent = host.partition(".")
        return host in self.names or f"*.{parent}" in self.names


def parse_key_pair(chain_pem: bytes, key_pem: bytes) -> KeyPair:
    """Check that the first certificate belongs to the key, and read what names it covers.

    Raises KeyPairError for the owner of the Secret.
    """
    x509, serialization, hashes = _cryptography()
    try:
        chain = x509.load_pem_x509_certificates(chain_pem)
    except ValueError:
        raise KeyPairError(
            "tls.crt", "is not a PEM certificate", "expected -----BEGIN CERTIFICATE-----, leaf first"
        ) from None
    try:
        # The exhaustive check of an RSA key costs milliseconds and is of no use against its owner.
        key = serialization.load_pem_private_key(key_pem, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError):
        raise KeyPairError(
            "tls.key", "is not an unencrypted PEM private key", "remove the passphrase: openssl pkey"
        ) from None
    leaf = chain[0]
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if leaf.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        raise KeyPairError(
            "tls.key",
            "does not belong to the first certificate of tls.crt",
            "put the leaf certificate first, and the key it was issued for",
        )
    return KeyPair(
        chain_pem=chain_pem,
        private_key=PrivateKey(key_pem),
        names=_names(leaf),
        not_before=_seconds(leaf.not_valid_before_utc),
        not_after=_seconds(leaf.not_valid_after_utc),
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
    )


@cache
def _cryptography() -> tuple[ModuleType, ModuleType, ModuleType]:
    # Imported on first use: it costs a fifth of the start-up time that `--help` may take.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    return x509, serialization, hashes


def _names(leaf: object) -> tuple[str, ...]:
    """DNS and IP names of the leaf, lower-case; the common name only where there is no SAN."""
    from cryptography import x509

    assert isinstance(leaf, x509.Certificate)
    try:
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        common = leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return tuple(str(name.value).lower() for name in common)
    dns = alternative.get_values_for_type(x509.DNSName)
    addresses = alternative.get_values_for_type(x509.IPAddress)
    return tuple(name.lower() for name in dns) + tuple(str(address) for address in addresses)


def _seconds(moment: datetime.datetime) -> int:
    return int(moment.timestamp())
