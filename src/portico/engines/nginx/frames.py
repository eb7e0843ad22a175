"""Units -> frames: the form in which data goes to nginx, and is kept on disk.

The grammar stands in lua/frames.lua. Every unit makes one entry, so one changed unit is one frame.
"""

import json
from collections.abc import Iterator, Mapping

from portico.plan.backend import Backend, Endpoint, Protocol
from portico.plan.certificate import Certificate
from portico.plan.key import BACKEND, CERTIFICATE, SITE, Key
from portico.plan.plan import Plan, Unit
from portico.plan.site import PathMatch, Route, Site

EWMA = "ewma"

LEAVING = (b"s:leaving", b"1")
"""The entry that is there while nginx is to be left; see lua/state.lua."""

# Backends before sites: nothing may name what is not there yet.
_ORDER = {BACKEND: "b:", CERTIFICATE: "c:", SITE: "h:"}


def entry_key(key: Key) -> bytes | None:
    """Where the entry of a unit is kept; None if nginx needs nothing of that kind."""
    prefix = _ORDER.get(key.kind)
    return None if prefix is None else (prefix + key.name).encode(errors="surrogatepass")


def entry(unit: Unit) -> bytes | None:
    """What nginx is told of a unit; None if it is told nothing."""
    if isinstance(unit, Site):
        return _json(_site(unit))
    if isinstance(unit, Backend):
        return _json(_backend(unit))
    if isinstance(unit, Certificate) and unit.key_pair is not None:
        chain, key = unit.key_pair.chain_pem, unit.key_pair.private_key.pem
        return _json({"c": chain.decode(), "k": key.decode()})
    return None


def in_order(plan: Plan) -> Iterator[Unit]:
    """All units, each after those it names."""
    for kind in _ORDER:
        yield from (unit for unit in plan.values() if unit.key.kind == kind)


def put(key: bytes, value: bytes) -> bytes:
    return b"set %d %d\n%b%b" % (len(key), len(value), key, value)


def delete(key: bytes) -> bytes:
    return b"del %d 0\n%b" % (len(key), key)


def commit(version: int, *, whole: bool) -> bytes:
    return b"end %d %d\n" % (version, whole)


def _site(site: Site) -> Mapping[str, object]:
    told: dict[str, object] = {}
    for name, match in (("x", PathMatch.EXACT), ("p", PathMatch.PREFIX)):
        routes = {r.path: _route(r, site) for r in site.routes if r.match is match}
        if routes:
            told[name] = routes
    if site.default:
        told["d"] = _route(site.default, site)
    if site.tls:
        told["t"] = site.tls.certificate.name if site.tls.certificate else ""
    return told


def _route(route: Route, site: Site) -> tuple[str, int]:
    return (route.backend.name, int(route.redirects_to_https and site.tls is not None))


def _backend(backend: Backend) -> Mapping[str, object]:
    told: dict[str, object] = {"e": [_endpoint(endpoint) for endpoint in backend.endpoints]}
    if backend.protocol is not Protocol.HTTP:
        told["p"] = backend.protocol.value
    elif backend.balance == EWMA:
        told["p"] = "http_ewma"
    if backend.balance == EWMA:
        told["a"] = "ewma"
    return told


def _endpoint(endpoint: Endpoint) -> tuple[str, int]:
    address = f"[{endpoint.address}]" if ":" in endpoint.address else endpoint.address
    return (address, endpoint.port)


def _json(value: object) -> bytes:
    # ensure_ascii keeps lone surrogates, which no UTF-8 can hold, apart from real text.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(
        errors="surrogatepass"
    )
