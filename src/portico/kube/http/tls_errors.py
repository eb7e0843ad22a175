"""What went wrong in a handshake, for people."""

import ssl
from collections.abc import Mapping
from typing import Final

AUTHORITY: Final = "the kubeconfig's certificate-authority(-data) is not the one that signed it"

HINTS: Final[Mapping[int, str]] = {
    # OpenSSL's X509_V_ERR_…
    9: "is the clock of this machine right?",
    10: "it has to be renewed; is the clock of this machine right?",
    18: AUTHORITY,
    19: AUTHORITY,
    20: AUTHORITY,
    21: AUTHORITY,
    62: "the kubeconfig's tls-server-name may say which name to expect",
    64: "the kubeconfig's tls-server-name may say which name to expect",
}

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "WRONG_VERSION_NUMBER": ("does not speak TLS", "does its URL have to begin with http://?"),
    "HTTP_REQUEST": ("does not speak TLS", "does its URL have to begin with http://?"),
    "CERTIFICATE_REQUIRED": ("wants a client certificate", "there is none in the kubeconfig"),
    "UNKNOWN_CA": ("does not trust our client certificate", "was it made for another cluster?"),
    "CERTIFICATE_EXPIRED": ("says that our client certificate has expired", "renew it"),
    "BAD_CERTIFICATE": ("does not accept our client certificate, or that we have none", ""),
}


def explained(peer: str, name: str, error: ssl.SSLError) -> tuple[str, str]:
    """The reason and a hint."""
    if isinstance(error, ssl.SSLCertVerificationError):
        told = f"{peer} is not to be trusted as {name}: {error.verify_message}"
        return told, HINTS.get(error.verify_code, "")
    code = error.reason or ""
    for word, (reason, hint) in REASONS.items():
        if word in code:
            return f"{peer} {reason}", hint
    return f"{peer} and we cannot agree on TLS: {code or error}", ""
