"""What is said to an exec plugin, and what it answers (`client.authentication.k8s.io`).

v1 and v1beta1 differ only in their name, and in that v1 has no default for `interactiveMode`.
"""

import datetime
from typing import Final

import msgspec
from msgspec import Struct

from portico.kube.config.credentials import KeyPair

GROUP: Final = "client.authentication.k8s.io"
VERSIONS: Final = (f"{GROUP}/v1", f"{GROUP}/v1beta1")
EXTENSION: Final = f"{GROUP}/exec"
"""The cluster's extension that is meant for plugins."""


class ClusterTold(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What a plugin is told of the cluster."""

    server: str
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority_data: bytes = b""
    proxy_url: str = ""
    disable_compression: bool = False
    config: object = None


class Answer(Struct, frozen=True):
    """What a plugin gave; `expires` in seconds since the epoch, or None for never."""

    token: str = ""
    pair: KeyPair | None = None
    expires: float | None = None

    def __repr__(self) -> str:
        return f"Answer(expires={self.expires})"


class AnswerError(ValueError):
    """Why an answer is none; goes on where "the plugin" ends."""


def question(version: str, cluster: ClusterTold | None, *, is_interactive: bool) -> str:
    """The value of KUBERNETES_EXEC_INFO."""
    spec: dict[str, object] = {"interactive": is_interactive}
    if cluster is not None:
        spec["cluster"] = cluster
    asked = {"kind": "ExecCredential", "apiVersion": version, "spec": spec}
    return msgspec.json.encode(asked).decode()


class _Status(Struct, frozen=True, rename="camel"):
    expiration_timestamp: datetime.datetime | None = None
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None


class _Credential(Struct, frozen=True, rename="camel"):
    kind: str = ""
    api_version: str = ""
    status: _Status | None = None


def read_answer(version: str, output: bytes) -> Answer:
    """Raises AnswerError. The output itself is never repeated: it may hold half a secret."""
    try:
        credential = msgspec.json.decode(output, type=_Credential)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if not output.strip():
            raise AnswerError("printed nothing") from None
        raise AnswerError(f"did not print an ExecCredential in JSON: {error}") from None
    if credential.kind != "ExecCredential":
        raise AnswerError(f"printed the kind {credential.kind!r} in place of ExecCredential")
    if credential.api_version != version:
        raise AnswerError(f"answered in {credential.api_version!r} when asked in {version!r}")
    status = credential.status
    if status is None:
        raise AnswerError("printed no status")
    return Answer(status.token or "", _pair(status), _seconds(status.expiration_timestamp))


def _pair(status: _Status) -> KeyPair | None:
    certificate, key = status.client_certificate_data, status.client_key_data
    if bool(certificate) != bool(key):
        raise AnswerError("gave only one of clientCertificateData and clientKeyData")
    if certificate and key:
        return KeyPair(certificate.encode(), key.encode())
    if not status.token:
        raise AnswerError("gave neither a token nor a client certificate")
    return None


def _seconds(moment: datetime.datetime | None) -> float | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise AnswerError("gave an expirationTimestamp without a time zone")
    return moment.timestamp()
