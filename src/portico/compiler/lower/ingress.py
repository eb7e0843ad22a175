"""Ingress v1 -> claims on sites, backends and certificates."""

from collections.abc import Iterator

from portico.compiler.claim import BackendWant, Claim, DefaultWant, SiteWant
from portico.compiler.look import Look
from portico.compiler.lower.host import is_host
from portico.compiler.lower.ingress_class import class_flaw
from portico.compiler.lower.ingress_redirect import redirects_to_https
from portico.compiler.lower.ingress_tls import ask_tls
from portico.compiler.lower.path import PATH_TYPES, compared
from portico.compiler.lower.petition import Petition
from portico.compiler.lower.service_port import Flaw, service_port
from portico.model.core import Service
from portico.model.networking import HTTPPath, Ingress, IngressBackend, Rule
from portico.model.ref import Ref
from portico.plan.backend import backend_key
from portico.plan.key import CATCH_ALL, SITE, Key
from portico.plan.site import PathMatch, Route
from portico.plan.verdict import Because


def lower_ingress(fact: Ingress, look: Look) -> Iterator[Claim]:
    """A part that cannot be served is refused alone; the rest of the Ingress works."""
    petition = Petition(fact)
    if flaw := class_flaw(fact, look):
        petition.refuse(*flaw)
        for rule in fact.spec.rules:
            petition.mention(Key(SITE, rule.host))
    else:
        _Lowering(fact, look, petition).ask()
    yield from petition.claims()


class _Lowering:
    """Walks one Ingress that is ours."""

    def __init__(self, fact: Ingress, look: Look, petition: Petition) -> None:
        self._fact = fact
        self._look = look
        self._petition = petition
        self._redirects = redirects_to_https(fact, petition)
        self._sites: dict[Key, None] = {}

    def ask(self) -> None:
        spec = self._fact.spec
        if spec.default_backend is None and not any(r.http and r.http.paths for r in spec.rules):
            self._petition.refuse("spec", Because.NOTHING_ASKED)
        for number, rule in enumerate(spec.rules):
            self._rule(rule, f"spec.rules[{number}]")
        if spec.default_backend is not None:
            self._default(spec.default_backend)
        # Without any rule the Ingress speaks of all hosts; with nothing but bad ones, of none.
        sites = tuple(self._sites) if spec.rules else (CATCH_ALL,)
        ask_tls(self._fact, sites, self._look, self._petition)

    def _rule(self, rule: Rule, field: str) -> None:
        if rule.host and not is_host(rule.host):
            self._petition.refuse(f"{field}.host", Because.HOST_INVALID, repr(rule.host))
            return
        site = Key(SITE, rule.host)
        self._sites[site] = None
        for number, path in enumerate(rule.http.paths if rule.http else ()):
            self._path(site, path, f"{field}.http.paths[{number}]")
        if not self._petition.asks(site):
            self._petition.claim(site, SiteWant(self._petition.origin(field)))

    def _path(self, site: Key, path: HTTPPath, field: str) -> None:
        match = PATH_TYPES.get(path.path_type)
        if match is None:
            detail = repr(path.path_type)
            self._petition.refuse(f"{field}.pathType", Because.PATH_TYPE_UNKNOWN, detail)
            return
        text = compared(path.path, match)
        if text is None:
            self._petition.refuse(f"{field}.path", Because.PATH_INVALID, repr(path.path))
            return
        if backend := self._backend(path.backend, f"{field}.backend"):
            origin = self._petition.origin(field)
            route = Route(text, match, backend, self._redirects, origin)
            self._petition.claim(site, route)

    def _default(self, wanted: IngressBackend) -> None:
        """`defaultBackend` takes what matches no rule: of these hosts, and of all others.

        The API says so of every Ingress; only one that has no rules means it explicitly.
        """
        field = "spec.defaultBackend"
        backend = self._backend(wanted, field)
        if backend is None:
            return
        origin = self._petition.origin(field)
        route = Route("/", PathMatch.PREFIX, backend, self._redirects, origin)
        for site in self._sites:
            self._petition.claim(site, DefaultWant(route, implicit=False))
        if CATCH_ALL not in self._sites:
            implicit = bool(self._fact.spec.rules)
            self._petition.claim(CATCH_ALL, DefaultWant(route, implicit=implicit))

    def _backend(self, wanted: IngressBackend, field: str) -> Key | None:
        """Claim the backend; its key, if it can be served."""
        found = service_port(wanted)
        if isinstance(found, Flaw):
            self._petition.refuse(field + found.field, found.because, found.detail)
            return None
        service = Ref(Service.KIND, self._petition.ref.namespace, found.name)
        key = backend_key(service.namespace, service.name, str(found.port))
        origin = self._petition.origin(f"{field}.service")
        self._petition.claim(key, BackendWant(service, found.port, origin))
        return key
