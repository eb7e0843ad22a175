"""The service account of the pod we run in.

The API server is asked at the address in the environment: a name would need the cluster's DNS,
which may need us.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from portico.kube.config.access import Access, Trust
from portico.kube.config.credentials import FileToken
from portico.kube.config.errors import ConfigError
from portico.kube.config.proxies import proxies_of
from portico.kube.config.server import Server

ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def is_in_cluster(environment: Mapping[str, str], account: Path = ACCOUNT) -> bool:
    """As kubectl tells it: both variables and a token."""
    is_told = environment.get("KUBERNETES_SERVICE_HOST") and environment.get(
        "KUBERNETES_SERVICE_PORT"
    )
    return bool(is_told) and (account / "token").is_file()


def in_cluster(environment: Mapping[str, str], account: Path = ACCOUNT) -> Access:
    """Raises ConfigError. The token is not read yet; see `FileToken`."""
    host = environment.get("KUBERNETES_SERVICE_HOST", "")
    port = environment.get("KUBERNETES_SERVICE_PORT", "")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        told = "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not say where the server is"
        raise ConfigError(told, "outside of a pod, name a kubeconfig")
    try:
        proxies = proxies_of(environment)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    ca = account / "ca.crt"
    return Access(
        server=Server("https", host, int(port)),
        trust=Trust(ca_file=str(ca) if ca.is_file() else ""),
        authorization=FileToken(account / "token"),
        proxies=proxies,
        namespace=_namespace(account, environment),
        origin="the pod's service account",
    )


def _namespace(account: Path, environment: Mapping[str, str]) -> str:
    try:
        found = (account / "namespace").read_text().strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    return found or environment.get("POD_NAMESPACE") or "default"
