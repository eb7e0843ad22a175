"""One ECDSA certificate for all hosts, the same for everybody who is measured."""

import base64
from pathlib import Path
from typing import NamedTuple

from bench.manifests import DOMAIN
from portico.lib import clock
from portico.lib.self_signed import self_signed


class Certificate(NamedTuple):
    """Files in PEM; `both` holds the two others, as HAProxy wants it."""

    chain: Path
    key: Path
    both: Path


def make_certificate(folder: Path) -> Certificate:
    """P-256, self-signed, good for every host of the bench."""
    made = self_signed(DOMAIN, f"*.{DOMAIN}", clock.now(), days=60)
    files = Certificate(folder / "tls.crt", folder / "tls.key", folder / "both.pem")
    for file, text in zip(
        files, (made.certificate, made.key, made.certificate + made.key), strict=True
    ):
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
