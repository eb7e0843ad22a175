"""What stands in a kubeconfig (`client-go/tools/clientcmd/api/v1`), field by field.

Fields that nobody here reads are left out; kubectl ignores unknown ones too.
"""

from typing import ClassVar

from msgspec import Struct, field


class Extension(Struct, frozen=True):
    """Settings of one program; an exec plugin is told those that carry its name."""

    name: str = ""
    extension: object = None


class Cluster(Struct, frozen=True, rename="kebab"):
    """Where an API server is, and how to know that it is the right one."""

    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    extensions: tuple[Extension, ...] = ()

    FILES: ClassVar = ("certificate_authority",)


class Variable(Struct, frozen=True):
    """One variable of a plugin's environment."""

    name: str = ""
    value: str = ""


class Exec(Struct, frozen=True, rename="camel"):
    """A program that knows the credentials."""

    command: str = ""
    args: tuple[str, ...] = ()
    env: tuple[Variable, ...] = ()
    api_version: str = ""
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""


class AuthProvider(Struct, frozen=True):
    """The older way to have credentials made, built into kubectl; of these only oidc is left."""

    name: str = ""
    config: dict[str, str] = field(default_factory=dict)


class User(Struct, frozen=True, rename="kebab"):
    """Who asks."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = field(default="", name="tokenFile")  # the one that is not in kebab case
    username: str = ""
    password: str = ""
    as_user: str = field(default="", name="as")
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    as_user_extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    auth_provider: AuthProvider | None = None
    exec: Exec | None = None

    FILES: ClassVar = ("client_certificate", "client_key", "token_file")

    def __repr__(self) -> str:
        return "User(…)"  # tokens and keys are in no log or traceback


class Context(Struct, frozen=True):
    """A user at a cluster."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class NamedCluster(Struct, frozen=True):
    """An item of `clusters`."""

    name: str = ""
    cluster: Cluster = Cluster()


class NamedUser(Struct, frozen=True):
    """An item of `users`."""

    name: str = ""
    user: User = User()


class NamedContext(Struct, frozen=True):
    """An item of `contexts`."""

    name: str = ""
    context: Context = Context()


class Document(Struct, frozen=True, rename="kebab"):
    """One file."""

    kind: str = "Config"
    api_version: str = field(default="v1", name="apiVersion")
    clusters: tuple[NamedCluster, ...] = ()
    users: tuple[NamedUser, ...] = ()
    contexts: tuple[NamedContext, ...] = ()
    current_context: str = ""
