"""Certificate authorities, and what they sign; all in PEM."""

import datetime
from ipaddress import ip_address
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = datetime.timedelta(days=1)
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


class Pair(NamedTuple):
    certificate: bytes
    key: bytes


class Authority:
    def __init__(self, name="test authority", parent=None):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        issuer, key = (parent._name, parent._key) if parent else (self._name, self._key)
        builder = _builder(self._name, issuer, self._key.public_key(), DAY)
        limits = x509.BasicConstraints(ca=True, path_length=None)
        signed = builder.add_extension(limits, critical=True).sign(key, hashes.SHA256())
        self.certificate = signed.public_bytes(PEM)

    def server(self, *names, valid_for=DAY):
        """For these names and addresses; none of them is the common name."""
        found = [_general(name) for name in names]
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name("server"), self._name, key.public_key(), valid_for)
        builder = builder.add_extension(x509.SubjectAlternativeName(found), critical=False)
        return self._pair(builder, key)

    def client(self, name):
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = _builder(_name(name), self._name, key.public_key(), DAY)
        return self._pair(builder.add_extension(usage, critical=False), key)

    def _pair(self, builder, key):
        certificate = builder.sign(self._key, hashes.SHA256()).public_bytes(PEM)
        return Pair(certificate, key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))


def encrypted(key, password=b"secret"):
    """The same key, only for those who know the password."""
    loaded = serialization.load_pem_private_key(key, None)
    return loaded.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(password))


def _name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _general(name):
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject, issuer, key, valid_for):
    now = datetime.datetime.now(datetime.UTC)  # noqa: TID251
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now + valid_for)
    )
