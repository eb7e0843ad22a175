"""What an Access has from the user's entry: who asks, and what proves it."""

from pathlib import Path
from typing import Final

from portico.kube.config.cluster_part import CHOOSE_ONE, decoded, readable
from portico.kube.config.credentials import (
    ANONYMOUS,
    Authorization,
    FilePair,
    FileToken,
    Headers,
    Identity,
    KeyPair,
    Known,
    basic,
    bearer,
)
from portico.kube.config.documents import Cluster, User
from portico.kube.config.impersonation import impersonation
from portico.kube.config.kubeconfig import Entry
from portico.kube.config.server import Server

GONE: Final = {
    "gcp": "use the plugin gke-gcloud-auth-plugin, under exec",
    "azure": "use the plugin kubelogin, under exec",
}


def credentials_of(
    user: Entry[User], cluster: Entry[Cluster], server: Server
) -> tuple[Authorization, Identity]:
    """A token that stands there takes the place of a plugin, a certificate that of the plugin's."""
    _check(user)
    if not server.is_secure:
        return _of_address(server), ANONYMOUS  # a token is not sent where everybody can read it
    authorization, identity = _authorization(user), _identity(user)
    if user.value.exec and not authorization:
        # Imported here: most kubeconfigs have none.
        from portico.kube.config.exec_part import exec_of

        authorization = plugin = exec_of(user, cluster)
        identity = identity or plugin
    return authorization or _of_address(server), identity or ANONYMOUS


def impersonation_of(entry: Entry[User]) -> Headers:
    user = entry.value
    if not user.as_user and (user.as_uid or user.as_groups or user.as_user_extra):
        told = "is missing, and there are groups, a uid or extras to go with it"
        raise entry.error("as", told, "say whom to impersonate")
    return impersonation(user.as_user, user.as_uid, user.as_groups, user.as_user_extra)


def _check(entry: Entry[User]) -> None:
    user = entry.value
    if user.token and (user.username or user.password):
        raise entry.error("token", "is there, and a username or password too", CHOOSE_ONE)
    if user.exec and user.auth_provider:
        raise entry.error("exec", "is there, and auth-provider too", CHOOSE_ONE)
    provider = user.auth_provider
    if provider and provider.name != "oidc":
        hint = GONE.get(provider.name, "use a plugin, under exec")
        raise entry.error("auth-provider", f"{provider.name!r} is not supported", hint)


def _authorization(entry: Entry[User]) -> Authorization | None:
    user = entry.value
    if user.token_file:
        if not user.token:
            readable(entry, "tokenFile", user.token_file)
        return FileToken(entry.path(user.token_file), user.token)
    if user.token:
        return Known(bearer(user.token))
    if user.username or user.password:
        return Known(basic(user.username, user.password))
    if user.auth_provider:
        return _oidc(entry)
    return None


def _oidc(entry: Entry[User]) -> Authorization:
    """The token that kubectl left there; only kubectl can get a new one and write it back."""
    assert entry.value.auth_provider
    token = entry.value.auth_provider.config.get("id-token", "")
    if not token:
        hint = "log in, or use the plugin kubectl-oidc_login (kubelogin), under exec"
        raise entry.error("auth-provider.config.id-token", "is missing", hint)
    return Known(bearer(token))


def _identity(entry: Entry[User]) -> Identity | None:
    certificate = _part(entry, "client-certificate")
    key = _part(entry, "client-key")
    if certificate is None:
        return None
    if key is None:
        told = "is missing, and there is a client certificate"
        raise entry.error("client-key", told, "a certificate proves nothing without its key")
    if isinstance(certificate, bytes) and isinstance(key, bytes):
        return Known(pair=KeyPair(certificate, key))
    return FilePair(certificate, key)


def _part(entry: Entry[User], field: str) -> Path | bytes | None:
    attribute = field.replace("-", "_")
    name: str = getattr(entry.value, attribute)
    text: str = getattr(entry.value, f"{attribute}_data")
    if name and text:
        raise entry.error(field, f"is there, and {field}-data too", CHOOSE_ONE)
    if text:
        return decoded(entry, f"{field}-data", text)
    if name:
        readable(entry, field, name)
        return entry.path(name)
    return None


def _of_address(server: Server) -> Authorization:
    """What stands before the @ of the server's URL; a proxy on this machine may want it."""
    if server.user or server.password:
        return Known(basic(server.user, server.password))
    return ANONYMOUS
