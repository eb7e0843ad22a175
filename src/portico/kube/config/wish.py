"""What the person who starts Portico says about the cluster, over what the kubeconfig says."""

from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from portico.kube.config.documents import Cluster, User


class Wish(Struct, frozen=True):
    """Empty fields wish nothing. The names are those of kubectl's options."""

    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    user: str = ""
    namespace: str = ""
    server: str = ""
    tls_server_name: str = ""
    certificate_authority: str = ""
    insecure_skip_tls_verify: bool = False
    disable_compression: bool = False
    token: str = ""
    client_certificate: str = ""
    client_key: str = ""
    as_user: str = ""
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Wish(…)"  # there may be a token in it

    @property
    def names_an_entry(self) -> bool:
        """Whether only a kubeconfig can fulfil it."""
        return bool(self.kubeconfig or self.context or self.cluster or self.user)


def wished_cluster(cluster: Cluster, wish: Wish) -> Cluster:
    """What was set in view of another server, or of the other way to trust it, is taken back."""
    changes: dict[str, Any] = {}
    if wish.server:
        changes |= {"server": wish.server, "tls_server_name": ""}
    if wish.tls_server_name:
        changes["tls_server_name"] = wish.tls_server_name
    if wish.insecure_skip_tls_verify:
        changes["insecure_skip_tls_verify"] = True
        changes |= {"certificate_authority": "", "certificate_authority_data": ""}
    if wish.certificate_authority:
        changes["certificate_authority"] = _here(wish.certificate_authority)
        changes |= {"certificate_authority_data": "", "insecure_skip_tls_verify": False}
    if wish.disable_compression:
        changes["disable_compression"] = True
    return replace(cluster, **changes)


def wished_user(user: User, wish: Wish) -> User:
    """A token or a certificate takes the place of the one that is configured, of whichever form."""
    changes: dict[str, Any] = {}
    if wish.token:
        changes |= {"token": wish.token, "token_file": "", "username": "", "password": ""}
    if wish.client_certificate:
        named = _here(wish.client_certificate)
        changes |= {"client_certificate": named, "client_certificate_data": ""}
    if wish.client_key:
        changes |= {"client_key": _here(wish.client_key), "client_key_data": ""}
    if wish.as_user:
        changes["as_user"] = wish.as_user
    if wish.as_uid:
        changes["as_uid"] = wish.as_uid
    if wish.as_groups:
        changes["as_groups"] = wish.as_groups
    return replace(user, **changes)


def _here(name: str) -> str:
    """Relative to where we are, and not to the kubeconfig."""
    return str(Path(name).absolute())
