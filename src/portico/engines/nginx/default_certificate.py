"""The certificate for clients that ask for a name nobody has a certificate for."""

import datetime
from pathlib import Path
from typing import Final

from portico.lib.atomic_file import write_atomic

NAME: Final = "Portico default certificate"
LIFETIME: Final = datetime.timedelta(days=825)
RENEW_BEFORE: Final = datetime.timedelta(days=30)


def ensure_default_certificate(folder: Path, now: float) -> None:
    """Have a self-signed default.crt and default.key (0600) that are good for a while yet.

    `now` is in seconds since the epoch.
    """
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    if not _is_good(folder / "default.crt", folder / "default.key", moment + RENEW_BEFORE):
        _make(folder, moment)


def _is_good(certificate: Path, key: Path, until: datetime.datetime) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return False
    return key.exists() and found.not_valid_after_utc > until


def _make(folder: Path, now: datetime.datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName("portico.invalid")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_atomic(folder / "default.key", secret)
    write_atomic(folder / "default.crt", certificate.public_bytes(pem))
