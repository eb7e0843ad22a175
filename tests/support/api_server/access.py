"""Who may do what: tokens, and rules as RBAC has them."""

import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from support.api_server.refusals import Refused, qualified, unauthorized
from support.api_server.writes import Place


class Asked(NamedTuple):
    """One request, as an audit log has it."""

    verb: str
    group: str
    resource: str
    """With its subresource: `ingresses/status`."""
    namespace: str
    name: str
    user: str
    user_agent: str
    query: Mapping[str, str]


class Rule(NamedTuple):
    """Verbs on resources; in all namespaces where none is named."""

    verbs: Sequence[str]
    groups: Sequence[str]
    resources: Sequence[str]
    names: Sequence[str] = ()
    namespaces: Sequence[str] = ()

    def allows(self, asked: Asked) -> bool:
        return (
            _has(self.verbs, asked.verb)
            and _has(self.groups, asked.group)
            and _has(self.resources, asked.resource)
            and (not self.names or asked.name in self.names)
            and (not self.namespaces or asked.namespace in self.namespaces)
        )


def rules_of(role: Mapping[str, Any], *namespaces: str) -> list[Rule]:
    """The rules of a Role (say where it is bound) or of a ClusterRole."""
    return [
        Rule(rule["verbs"], rule.get("apiGroups", ()), rule.get("resources", ()),
             rule.get("resourceNames", ()), namespaces)
        for rule in role.get("rules") or ()
    ]  # fmt: skip


class Access:
    """Without tokens everybody is `anybody`; a user without rules may do everything."""

    def __init__(self) -> None:
        self.user_by_token: dict[str, str] = {}
        self.rules: dict[str, list[Rule]] = {}

    def user(self, headers: Mapping[str, str], peer: ssl.SSLObject | None) -> str:
        certified = _common_name(peer)
        if certified:
            user = certified
        elif self.user_by_token:
            how, _, token = headers.get("Authorization", "").partition(" ")
            if how.lower() != "bearer" or token not in self.user_by_token:
                raise unauthorized()
            user = self.user_by_token[token]
        else:
            user = "anybody"
        return headers.get("Impersonate-User", user)

    def check(self, asked: Asked, place: Place) -> None:
        rules = self.rules.get(asked.user)
        if rules is None or any(rule.allows(asked) for rule in rules):
            return
        kind = place.kind
        named = f' "{place.name}"' if place.name else ""
        where = (
            f'in the namespace "{place.namespace}"' if place.namespace else "at the cluster scope"
        )
        text = (
            f'{qualified(kind)}{named} is forbidden: User "{asked.user}" cannot {asked.verb} '
            f'resource "{asked.resource}" in API group "{asked.group}" {where}'
        )
        group = {"group": kind.group} if kind.group else {}
        raise Refused(403, "Forbidden", text, name=place.name, **group, kind=kind.plural)


def _has(allowed: Iterable[str], wanted: str) -> bool:
    allowed = tuple(allowed)
    return "*" in allowed or wanted in allowed


def _common_name(peer: ssl.SSLObject | None) -> str:
    certificate = peer.getpeercert() if peer else None
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return ""
