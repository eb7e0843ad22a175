"""A plugin, as the user's entry describes it."""

import os
from pathlib import Path
from typing import Final

from portico.kube.config.cluster_part import decoded
from portico.kube.config.documents import Cluster, Exec, User
from portico.kube.config.exec_credential import EXTENSION, GROUP, VERSIONS, ClusterTold
from portico.kube.config.exec_plugin import ExecCredentials
from portico.kube.config.exec_run import Plugin
from portico.kube.config.kubeconfig import Entry

MODES: Final = ("Never", "IfAvailable", "Always")


def exec_of(user: Entry[User], cluster: Entry[Cluster]) -> ExecCredentials:
    found = user.value.exec
    assert found
    _check(user, found)
    return ExecCredentials(
        Plugin(
            command=(_command(user, found), *found.args),
            version=found.api_version,
            environment=tuple((variable.name, variable.value) for variable in found.env),
            cluster=_told(cluster) if found.provide_cluster_info else None,
            install_hint=found.install_hint.strip(),
            interactive_mode=found.interactive_mode or "IfAvailable",
        )
    )


def _check(user: Entry[User], found: Exec) -> None:
    if not found.command:
        raise user.error("exec.command", "is missing", "name the plugin")
    if found.api_version not in VERSIONS:
        told = f"is {found.api_version!r}" if found.api_version else "is missing"
        raise user.error("exec.apiVersion", told, f"write one of {', '.join(VERSIONS)}")
    if not found.interactive_mode and found.api_version == f"{GROUP}/v1":
        told = f"is missing, and {GROUP}/v1 has no default"
        raise user.error("exec.interactiveMode", told, f"write one of {', '.join(MODES)}")
    if found.interactive_mode not in ("", *MODES):
        told = f"is {found.interactive_mode!r}"
        raise user.error("exec.interactiveMode", told, f"write one of {', '.join(MODES)}")
    if not all(variable.name for variable in found.env):
        raise user.error("exec.env", "has a variable without a name", "name it")


def _command(user: Entry[User], found: Exec) -> str:
    """A name is looked for in PATH; with a slash in it, it is relative to the kubeconfig."""
    return str(user.path(found.command)) if os.sep in found.command else found.command


def _told(entry: Entry[Cluster]) -> ClusterTold:
    cluster = entry.value
    authority = decoded(entry, "certificate-authority-data", cluster.certificate_authority_data)
    if cluster.certificate_authority:
        authority = _content(entry, entry.path(cluster.certificate_authority))
    settings = [it.extension for it in cluster.extensions if it.name == EXTENSION]
    return ClusterTold(
        server=cluster.server,
        tls_server_name=cluster.tls_server_name,
        insecure_skip_tls_verify=cluster.insecure_skip_tls_verify,
        certificate_authority_data=authority,
        proxy_url=cluster.proxy_url,
        disable_compression=cluster.disable_compression,
        config=settings[0] if settings else None,
    )


def _content(entry: Entry[Cluster], path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        told = f"names {path}, which cannot be read: {error.strerror}"
        raise entry.error("certificate-authority", told) from None
