"""Ingress v1 -> claims on sites, backends and certificates."""

from collections.abc import Iterator
from typing import Final

from portico.compiler.claim import (
    UNDATED,
    BackendWant,
    CertificateWant,
    Claim,
    DefaultWant,
    OutcomeWant,
    Rank,
    SiteWant,
    Want,
)
from portico.compiler.look import Look
from portico.compiler.lower.host import is_host
from portico.compiler.lower.ingress_class import class_refusal
from portico.compiler.lower.ingress_tls import host_tls
from portico.compiler.lower.path import PATH_TYPES, path_of, prefix_of
from portico.model.networking import HTTPPath, Ingress, IngressBackend
from portico.model.ref import Ref
from portico.plan.backend import backend_key
from portico.plan.certificate import certificate_key
from portico.plan.key import CATCH_ALL, SITE, Key, Origin
from portico.plan.site import PathMatch, Route
from portico.plan.verdict import Because, Refusal, outcome_key

SSL_REDIRECT: Final = "nginx.ingress.kubernetes.io/ssl-redirect"

# The spellings Go's strconv.ParseBool takes, which is how these annotations have always been read.
BOOLEANS: Final = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}


def lower_ingress(fact: Ingress, look: Look) -> Iterator[Claim]:
    """A part that cannot be served is refused alone; the rest of the Ingress works."""
    return _Lowering(fact, look).claims()


class _Lowering:
    """Walks one Ingress; collects refusals and the keys it asks for on the way."""

    def __init__(self, fact: Ingress, look: Look) -> None:
        self._fact = fact
        self._look = look
        self._refused: list[Refusal] = []
        self._asked: dict[Key, None] = {}
        self._index = 0

    def claims(self) -> Iterator[Claim]:
        if refusal := class_refusal(self._fact, self._look):
            self._refused.append(refusal)
        else:
            yield from self._rules()
            yield from self._defaults()
            yield from self._tls()
        outcome = OutcomeWant(tuple(self._asked), tuple(self._refused))
        yield self._claim(outcome_key(self._fact.ref), outcome)

    def _rules(self) -> Iterator[Claim]:
        spec = self._fact.spec
        has_paths = any(rule.http and rule.http.paths for rule in spec.rules)
        if not has_paths and spec.default_backend is None:
            self._refuse("spec", Because.NOTHING_ASKED)
        redirects = self._redirects()
        for number, rule in enumerate(spec.rules):
            field = f"spec.rules[{number}]"
            if rule.host and not is_host(rule.host):
                self._refuse(f"{field}.host", Because.HOST_INVALID, repr(rule.host))
                continue
            site = Key(SITE, rule.host)
            yield self._claim(site, SiteWant(self._origin(field)))
            for nth, path in enumerate(rule.http.paths if rule.http else ()):
                yield from self._path(site, path, f"{field}.http.paths[{nth}]", redirects)

    def _path(self, site: Key, path: HTTPPath, field: str, redirects: bool) -> Iterator[Claim]:  # noqa: FBT001
        match = PATH_TYPES.get(path.path_type)
        if match is None:
            self._refuse(f"{field}.pathType", Because.PATH_TYPE_UNKNOWN, repr(path.path_type))
            return
        text = path_of(path.path)
        if text is None:
            self._refuse(f"{field}.path", Because.PATH_INVALID, repr(path.path))
            return
        if match is PathMatch.PREFIX:
            text = prefix_of(text)
        backend = yield from self._backend(path.backend, f"{field}.backend")
        if backend:
            route = Route(text, match, backend, redirects, self._origin(field))
            yield self._claim(site, route)

    def _backend(self, backend: IngressBackend, field: str) -> Iterator[Claim]:
        """Claim the backend; the generator's return value is its key, if it can be served."""
        if backend.resource is not None:
            self._refuse(
                f"{field}.resource", Because.RESOURCE_UNSUPPORTED, repr(backend.resource.kind)
            )
            return None
        service = backend.service
        if service is None or not str(service.port):
            self._refuse(field, Because.BACKEND_MISSING)
            return None
        ref = Ref("Service", self._fact.ref.namespace, service.name)
        if "/" in service.name or "/" in service.port.name:
            # No object can have such a name, and a slash would make two backends look like one.
            self._refuse(f"{field}.service.name", Because.SERVICE_MISSING, repr(service.name))
            return None
        key = backend_key(ref.namespace, ref.name, str(service.port))
        origin = self._origin(f"{field}.service")
        yield self._claim(key, BackendWant(ref, service.port, origin))
        return key

    def _defaults(self) -> Iterator[Claim]:
        """`defaultBackend` takes what matches no rule: of these hosts, and of all others.

        The API says so of every Ingress; only one that has no rules means it explicitly.
        """
        spec = self._fact.spec
        if spec.default_backend is None:
            return
        field = "spec.defaultBackend"
        backend = yield from self._backend(spec.default_backend, field)
        if backend is None:
            return
        route = Route("/", PathMatch.PREFIX, backend, self._redirects(), self._origin(field))
        hosts = self._hosts()
        for host in hosts:
            yield self._claim(Key(SITE, host), DefaultWant(route, implicit=False))
        if CATCH_ALL.name not in hosts:
            yield self._claim(CATCH_ALL, DefaultWant(route, implicit=bool(hosts)))

    def _tls(self) -> Iterator[Claim]:
        if not self._fact.spec.tls:
            return
        for host in self._hosts() or (CATCH_ALL.name,):
            chosen = host_tls(self._fact, host, self._look)
            self._refused += (refusal for refusal in chosen.refused if refusal not in self._refused)
            if chosen.secret is not None:
                key = certificate_key(chosen.secret)
                yield self._claim(key, CertificateWant(chosen.secret, chosen.tls.origin))
            yield self._claim(Key(SITE, host), chosen.tls)

    def _hosts(self) -> tuple[str, ...]:
        """The valid hosts of all rules, each once."""
        hosts = (rule.host for rule in self._fact.spec.rules)
        return tuple(dict.fromkeys(host for host in hosts if not host or is_host(host)))

    def _redirects(self) -> bool:
        text = self._fact.metadata.annotations.get(SSL_REDIRECT)
        if text is None:
            return True
        if text not in BOOLEANS:
            refusal = Refusal(
                self._origin(f'metadata.annotations["{SSL_REDIRECT}"]'),
                Because.ANNOTATION_INVALID,
                repr(text),
            )
            if refusal not in self._refused:
                self._refused.append(refusal)
        return BOOLEANS.get(text, True)

    def _claim(self, key: Key, want: Want) -> Claim:
        self._asked[key] = None
        self._index += 1
        created = self._fact.metadata.creation_timestamp or UNDATED
        ref = self._fact.ref
        return Claim(key, Rank(created, ref.namespace, ref.name, self._index), want)

    def _refuse(self, field: str, because: Because, detail: str = "") -> None:
        self._refused.append(Refusal(self._origin(field), because, detail))

    def _origin(self, field: str) -> Origin:
        return Origin(self._fact.ref, field)
