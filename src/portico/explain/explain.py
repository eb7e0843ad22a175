"""Walks the plan as a request would: listener, host, path, backend.

The same walk as lua/state.lua and lua/site.lua do; the cases in tests/cases ask both, and a real
nginx, and expect one answer.
"""

import re
from dataclasses import replace

from portico.explain.answer import Answer, Result
from portico.explain.request import Request
from portico.plan.backend import Backend
from portico.plan.certificate import Certificate
from portico.plan.key import CATCH_ALL, SITE, Key
from portico.plan.listener import HTTP, HTTPS, Listener
from portico.plan.plan import Plan
from portico.plan.site import TLS, PathMatch, Route, Site
from portico.plan.verdict import Outcome, Refusal


def explain(plan: Plan, request: Request) -> Answer:
    """What would happen to this request if it came now."""
    listener = plan.get(HTTPS if request.scheme == "https" else HTTP)
    if not isinstance(listener, Listener):
        return Answer(Result.NO_LISTENER)
    if not (request.host and request.path):
        return Answer(Result.BAD_REQUEST, 400, listener=listener)
    site = find_site(plan, request.host)
    route, is_default = _route(plan, site, request.path)
    tls = _tls(plan, site) if listener.tls else None
    backend = plan.get(route.backend) if route else None
    assert backend is None or isinstance(backend, Backend)
    found = Answer(
        Result.NOT_FOUND,
        404,
        listener=listener,
        site=site,
        tls=tls,
        certificate=_certificate(plan, tls),
        route=route,
        is_default=is_default,
        backend=backend,
        lost=_lost(plan, site, request.host, backend),
    )
    return found if route is None else _ended(found, request, plan)


def find_site(plan: Plan, host: str) -> Site | None:
    """The host's own site, else the wildcard one label up, else the catch-all."""
    label, dot, parent = host.partition(".")
    keys = [Key(SITE, host)]
    if dot and re.fullmatch(r"[A-Za-z0-9_-]+", label):
        keys.append(Key(SITE, f"*.{parent}"))
    for key in (*keys, CATCH_ALL):
        site = plan.get(key)
        if isinstance(site, Site):
            return site
    return None


def match_route(site: Site, path: str) -> Route | None:
    """The first route that takes the path; the site has them in the order they are tried."""
    return next((route for route in site.routes if _takes(route, path)), None)


def _takes(route: Route, path: str) -> bool:
    if route.match is PathMatch.EXACT:
        return path == route.path
    return route.path == "/" or path == route.path or path.startswith(f"{route.path}/")


def _route(plan: Plan, site: Site | None, path: str) -> tuple[Route | None, bool]:
    if site is None:
        return None, False
    route = match_route(site, path)
    if route:
        return route, False
    everybody = plan.get(CATCH_ALL)
    default = site.default or (everybody.default if isinstance(everybody, Site) else None)
    return default, default is not None


def _ended(found: Answer, request: Request, plan: Plan) -> Answer:
    site, route, backend = found.site, found.route, found.backend
    assert site
    assert route
    owner = _owner_of_default(plan, site) if found.is_default else site
    if request.scheme == "http" and route.redirects_to_https and owner.tls is not None:
        target = request.target.removesuffix("/")
        location = f"https://{request.host}{_redirect_port(plan)}{target}"
        return replace(found, result=Result.REDIRECTED, status=308, location=location)
    if backend is None or not backend.endpoints:
        return replace(found, result=Result.UNAVAILABLE, status=503)
    return replace(found, result=Result.PROXIED, status=None)


def _owner_of_default(plan: Plan, site: Site) -> Site:
    if site.default:
        return site
    everybody = plan[CATCH_ALL]
    assert isinstance(everybody, Site)
    return everybody


def _redirect_port(plan: Plan) -> str:
    listener = plan[HTTP]
    assert isinstance(listener, Listener)
    port = listener.redirect_port
    return "" if port == 443 else f":{port}"


def _tls(plan: Plan, site: Site | None) -> TLS | None:
    """Who decides on the certificate: the host, else the catch-all."""
    if site and site.tls:
        return site.tls
    everybody = plan.get(CATCH_ALL)
    return everybody.tls if isinstance(everybody, Site) else None


def _certificate(plan: Plan, tls: TLS | None) -> Certificate | None:
    """The certificate the client is shown; None for the default one."""
    unit = plan.get(tls.certificate) if tls and tls.certificate else None
    return unit if isinstance(unit, Certificate) and unit.key_pair else None


def _lost(plan: Plan, site: Site | None, host: str, backend: Backend | None) -> tuple[Refusal, ...]:
    """Who else wanted to serve this host, and why they do not."""
    lost = [*(site.refused if site else ()), *(backend.refused if backend else ())]
    keys = {Key(SITE, host)} | ({site.key} if site else set())
    for unit in plan.values():
        if isinstance(unit, Outcome) and keys & {*unit.asked, *unit.mentioned}:
            lost.extend(unit.refused)
    return tuple(dict.fromkeys(lost))
