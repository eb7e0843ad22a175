"""Certificates and keys, read once and checked against each other."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from model.certificates import END, START, new_key, pair, pem_of, signed_by
from portico.model.key_pair import KeyPairError
from portico.model.pem import read_key_pair


def test_reads_names_and_times() -> None:
    found = read_key_pair(*pair("Shop.Example", "*.shop.example", "10.0.0.1", "2001:db8::1"))
    assert found.names == ("shop.example", "*.shop.example", "10.0.0.1", "2001:db8::1")
    assert (found.not_before, found.not_after) == (START.timestamp(), END.timestamp())
    assert len(bytes.fromhex(found.fingerprint)) == 32


def test_the_common_name_counts_only_without_alternative_names() -> None:
    assert read_key_pair(*pair(common_name="Old.Example")).names == ("old.example",)
    assert read_key_pair(*pair("a.example", common_name="old.example")).names == ("a.example",)


def test_two_certificates_for_one_name_have_two_fingerprints() -> None:
    one, two = (read_key_pair(*pair("a.example", serial=serial)) for serial in (1, 2))
    assert one != two
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-384", "Ed25519", "RSA-2048"],
)
def test_all_usual_keys_are_taken(key: CertificateIssuerPrivateKeyTypes) -> None:
    assert read_key_pair(*signed_by(key, ("a.example",), "", 1)).names == ("a.example",)


def test_the_whole_chain_is_kept_and_nothing_else() -> None:
    leaf, issuer = pair("a.example"), pair("issuer")
    dirty = b"subject=\0 hello {\n" + leaf.chain + b"# comment $x\n" + issuer.chain + b"trailing"
    found = read_key_pair(dirty, b"Bag Attributes: ;\n" + leaf.key)
    assert found.chain_pem == leaf.chain + issuer.chain
    assert found.private_key.pem == leaf.key


LEAF = pair("a.example")
OTHER = pair("b.example")
NOT_A_CERTIFICATE = ("tls.crt", "is not a PEM certificate")
NOT_A_KEY = ("tls.key", "is not an unencrypted PEM private key")
FOREIGN = ("tls.key", "does not belong to the first certificate of tls.crt")
ENCRYPTED = new_key().private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass")
)
SHORT = rsa.generate_private_key(65537, 1024)
BROKEN = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("chain", "key", "expected"),
    [
        (b"",                      LEAF.key,    NOT_A_CERTIFICATE),
        (b"hello",                 LEAF.key,    NOT_A_CERTIFICATE),
        (b"\xff\0" * 500_000,      LEAF.key,    NOT_A_CERTIFICATE),
        (LEAF.key,                 LEAF.key,    NOT_A_CERTIFICATE),   # the two swapped
        (LEAF.chain[:200],         LEAF.key,    NOT_A_CERTIFICATE),
        (BROKEN,                   LEAF.key,    NOT_A_CERTIFICATE),
        (LEAF.chain + BROKEN,      LEAF.key,    NOT_A_CERTIFICATE),
        (LEAF.chain,               b"",         NOT_A_KEY),
        (LEAF.chain,               LEAF.chain,  NOT_A_KEY),
        (LEAF.chain,               ENCRYPTED,   NOT_A_KEY),
        (LEAF.chain,               LEAF.key[:99], NOT_A_KEY),
        (LEAF.chain,               OTHER.key,   FOREIGN),
        (OTHER.chain + LEAF.chain, LEAF.key,    FOREIGN),             # the leaf is not first
    ],
    ids=[
        "empty", "no PEM", "bytes", "swapped", "cut", "broken", "broken issuer", "no key",
        "a certificate as key", "encrypted", "key cut", "another's key", "leaf not first",
    ],
)  # fmt: skip
def test_what_cannot_be_served_says_why(
    chain: bytes, key: bytes, expected: tuple[str, str]
) -> None:
    with pytest.raises(KeyPairError) as caught:
        read_key_pair(chain, key)
    assert (caught.value.field, caught.value.reason) == expected
    assert caught.value.hint


def test_a_short_rsa_key_would_fail_every_handshake() -> None:
    with pytest.raises(KeyPairError, match="1024 bits") as caught:
        read_key_pair(*signed_by(SHORT, ("a.example",), "", 1))
    assert caught.value.field == "tls.key"


def test_an_odd_serial_number_keeps_nobody_from_connecting() -> None:
    body = bytearray(der(LEAF.chain))
    # version [0] INTEGER 2, then the serial number: INTEGER 1, which becomes 0.
    place = body.index(b"\xa0\x03\x02\x01\x02\x02\x01\x01") + 7
    body[place] = 0
    assert read_key_pair(pem(bytes(body)), LEAF.key).names == ("a.example",)


def der(chain: bytes) -> bytes:
    return base64.b64decode(b"".join(chain.splitlines()[1:-1]))


def pem(body: bytes) -> bytes:
    return (
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(body) + b"-----END CERTIFICATE-----\n"
    )


def test_a_key_that_can_have_no_certificate_does_not_fit() -> None:
    key = x25519.X25519PrivateKey.generate()
    with pytest.raises(KeyPairError, match="does not belong"):
        read_key_pair(LEAF.chain, pem_of(key))  # type: ignore[arg-type]


def test_a_certificate_whose_inside_is_broken_is_none() -> None:
    """Every byte of the leaf, turned over, is either still a certificate or a KeyPairError."""
    body = der(LEAF.chain)
    outcomes = set()
    for place in range(len(body)):
        damaged = bytearray(body)
        damaged[place] ^= 0xFF
        try:
            read_key_pair(pem(bytes(damaged)), LEAF.key)
            outcomes.add("")
        except KeyPairError as error:
            outcomes.add(error.reason)
    assert outcomes == {"", NOT_A_CERTIFICATE[1]}
