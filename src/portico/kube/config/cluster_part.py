"""What an Access has from the cluster's entry."""

import base64
import os
from collections.abc import Mapping

from portico.kube.config.access import Trust
from portico.kube.config.documents import Cluster, User
from portico.kube.config.errors import ConfigError
from portico.kube.config.kubeconfig import Entry
from portico.kube.config.proxies import Proxies, parse_proxy, proxies_of
from portico.kube.config.server import Server, parse_server

CHOOSE_ONE = "remove one of the two"


def server_of(entry: Entry[Cluster], user: User) -> Server:
    """`host:port` without a scheme is https where anything says so, as kubectl takes it."""
    cluster = entry.value
    if not cluster.server:
        raise entry.error("server", "is missing", "as in https://10.0.0.1:6443")
    has_ca = cluster.certificate_authority or cluster.certificate_authority_data
    has_pair = user.client_certificate or user.client_certificate_data
    is_secure = has_ca or has_pair or cluster.insecure_skip_tls_verify
    try:
        return parse_server(cluster.server, scheme="https" if is_secure else "http")
    except ValueError as error:
        raise entry.error("server", str(error), "as in https://10.0.0.1:6443") from None


def trust_of(entry: Entry[Cluster]) -> Trust:
    cluster = entry.value
    file, data = cluster.certificate_authority, cluster.certificate_authority_data
    if file and data:
        told = "is there, and certificate-authority-data too"
        raise entry.error("certificate-authority", told, CHOOSE_ONE)
    if (file or data) and cluster.insecure_skip_tls_verify:
        told = "is true, and there is a certificate authority to verify with"
        raise entry.error("insecure-skip-tls-verify", told, CHOOSE_ONE)
    if file:
        readable(entry, "certificate-authority", file)
    return Trust(
        ca_file=str(entry.path(file)) if file else "",
        ca_data=decoded(entry, "certificate-authority-data", data),
        skips_verification=cluster.insecure_skip_tls_verify,
        server_name=cluster.tls_server_name,
    )


def proxies_for(entry: Entry[Cluster], environment: Mapping[str, str]) -> Proxies:
    if not entry.value.proxy_url:
        try:
            return proxies_of(environment)
        except ValueError as error:
            raise ConfigError(str(error), "correct the variable, or unset it") from None
    try:
        return Proxies(always=parse_proxy(entry.value.proxy_url))
    except ValueError as error:
        raise entry.error("proxy-url", str(error), "as in http://10.0.0.2:3128") from None


def decoded(entry: Entry[Cluster] | Entry[User], field: str, text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        hint = "put the PEM file in base64 there"
        raise entry.error(field, "is not base64", hint) from None


def readable(entry: Entry[Cluster] | Entry[User], field: str, name: str) -> None:
    """Told at once and with the place, and not at the first handshake."""
    path = entry.path(name)
    try:
        path.open("rb").close()
    except OSError as error:
        told = os.strerror(error.errno) if error.errno else str(error)
        raise entry.error(field, f"names {path}, which cannot be read: {told}") from None
