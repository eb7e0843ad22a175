"""One ECDSA certificate for all hosts, the same for everybody who is measured."""

import base64
import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.manifests import DOMAIN
from portico.lib import clock


class Certificate(NamedTuple):
    """Files in PEM; `both` holds the two others, as HAProxy wants it."""

    chain: Path
    key: Path
    both: Path


def make_certificate(folder: Path) -> Certificate:
    """P-256, self-signed, good for every host of the bench and for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.fromtimestamp(clock.now(), datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=60))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    chain = made.public_bytes(pem)
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files = Certificate(folder / "tls.crt", folder / "tls.key", folder / "both.pem")
    for file, text in zip(files, (chain, secret, chain + secret), strict=True):
        file.write_bytes(text)
    return files


def secret_manifest(certificate: Certificate) -> str:
    """The Secret that the Ingresses of `bench.manifests` name."""
    chain, key = (base64.b64encode(f.read_bytes()).decode() for f in certificate[:2])
    return f"""\
apiVersion: v1
kind: Secret
metadata:
  name: certificate
  namespace: bench
type: kubernetes.io/tls
data:
  tls.crt: {chain}
  tls.key: {key}
"""
