"""Which cluster is meant, and as whom it is asked.

In this order: the kubeconfig that was named; those in KUBECONFIG; ~/.kube/config; the pod's service
account. That is kubectl's order: a kubeconfig is there because somebody has put it there, while a
service account is in every pod.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from portico.kube.config.access import Access
from portico.kube.config.cluster_part import proxies_for, server_of, trust_of
from portico.kube.config.documents import Cluster, Context, User
from portico.kube.config.errors import ConfigError, NoClusterError
from portico.kube.config.in_cluster import ACCOUNT, in_cluster, is_in_cluster
from portico.kube.config.kubeconfig import Entry, Kubeconfig, T, read_kubeconfigs
from portico.kube.config.user_part import credentials_of, impersonation_of
from portico.kube.config.wish import Wish, wished_cluster, wished_user

NO_WISH: Final = Wish()


def access(
    wish: Wish = NO_WISH, environment: Mapping[str, str] | None = None, account: Path = ACCOUNT
) -> Access:
    """Reads files, so call it before the event loop is busy. Raises ConfigError."""
    environment = os.environ if environment is None else environment
    kubeconfig = read_kubeconfigs(_files(wish, environment))
    names_one = kubeconfig.current_context or wish.names_an_entry or wish.server
    if not names_one and is_in_cluster(environment, account):
        found = in_cluster(environment, account)
        return replace(found, namespace=wish.namespace or found.namespace)
    return chosen(kubeconfig, wish, environment)


def chosen(kubeconfig: Kubeconfig, wish: Wish, environment: Mapping[str, str]) -> Access:
    """Raises ConfigError."""
    name, context = _context(kubeconfig, wish)
    cluster = _cluster(kubeconfig, wish, context)
    user = _user(kubeconfig, wish, context)
    server = server_of(cluster, user.value)
    authorization, identity = credentials_of(user, cluster, server)
    return Access(
        server=server,
        trust=trust_of(cluster),
        authorization=authorization,
        identity=identity,
        impersonation=impersonation_of(user),
        proxies=proxies_for(cluster, environment),
        compresses=not cluster.value.disable_compression,
        namespace=wish.namespace or context.value.namespace or "default",
        origin=f"context {name!r}" if name else f"cluster {server}",
    )


def contexts_of(wish: Wish = NO_WISH, environment: Mapping[str, str] | None = None) -> list[str]:
    """The names one may choose from. Raises ConfigError."""
    environment = os.environ if environment is None else environment
    return sorted(read_kubeconfigs(_files(wish, environment)).contexts)


def _files(wish: Wish, environment: Mapping[str, str]) -> list[Path]:
    if wish.kubeconfig:
        named = Path(wish.kubeconfig)
        if not named.exists():
            raise ConfigError(f"{named}: no such file", "it was named as the kubeconfig")
        return [named]
    listed = environment.get("KUBECONFIG", "")
    if listed:
        # A file that is listed twice would only be read twice.
        return [Path(name) for name in dict.fromkeys(listed.split(os.pathsep)) if name]
    home = environment.get("HOME", "")
    return [Path(home, ".kube", "config")] if home else []


_NOWHERE = Path("the command line")


def _context(kubeconfig: Kubeconfig, wish: Wish) -> tuple[str, Entry[Context]]:
    name = wish.context or kubeconfig.current_context
    if name:
        return name, _named("context", name, kubeconfig.contexts, "")
    if not (wish.cluster or wish.server):
        raise _no_cluster(kubeconfig)
    return "", Entry(Context(), _NOWHERE, "context")


def _no_cluster(kubeconfig: Kubeconfig) -> NoClusterError:
    if not kubeconfig.contexts:
        told = "there is no kubeconfig" if not kubeconfig.files else "the kubeconfig is empty"
        if absent := ", ".join(map(str, kubeconfig.absent)):
            told += f" (no such file: {absent})"
        hint = "name one with --kubeconfig or in KUBECONFIG"
        return NoClusterError(f"{told}, and this is no pod with a service account", hint)
    known = ", ".join(sorted(kubeconfig.contexts))
    hint = f"choose one with --context: {known}"
    return NoClusterError("the kubeconfig has no current-context", hint)


def _cluster(kubeconfig: Kubeconfig, wish: Wish, context: Entry[Context]) -> Entry[Cluster]:
    entry = Entry(Cluster(), _NOWHERE, "cluster")
    name = wish.cluster or context.value.cluster
    if name:
        entry = _named("cluster", name, kubeconfig.clusters, _asked(context))
    elif not wish.server:
        raise context.error("cluster", "is missing", "name one of the clusters")
    return replace(entry, value=wished_cluster(entry.value, wish))


def _user(kubeconfig: Kubeconfig, wish: Wish, context: Entry[Context]) -> Entry[User]:
    entry = Entry(User(), _NOWHERE, "user")
    name = wish.user or context.value.user
    if name:
        entry = _named("user", name, kubeconfig.users, _asked(context))
    return replace(entry, value=wished_user(entry.value, wish))


def _named(what: str, name: str, entries: Mapping[str, Entry[T]], asked: str) -> Entry[T]:
    if name in entries:
        return entries[name]
    known = ", ".join(sorted(entries)) or f"no {what} at all"
    raise ConfigError(f"there is no {what} {name!r}{asked}", f"the kubeconfig has {known}")


def _asked(context: Entry[Context]) -> str:
    return f", which {context.file} names in {context.field}" if context.file != _NOWHERE else ""
