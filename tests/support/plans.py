"""Plans built by hand, unit by unit, for tests that need no compiler."""

from collections.abc import Mapping, Sequence

from model.certificates import Pair
from portico.model.key_pair import parse_key_pair
from portico.model.ref import Ref
from portico.plan.backend import Backend, Endpoint, Protocol, backend_key
from portico.plan.certificate import Certificate, certificate_key
from portico.plan.key import SITE, Key, Origin
from portico.plan.plan import Plan, Unit
from portico.plan.site import TLS, PathMatch, Route, Site
from portico.settings import Balance

NOBODY = Origin(Ref("Ingress", "shop", "test"), "")


def plan_of(*units: Unit) -> Plan:
    return {unit.key: unit for unit in units}


def backend(
    name: str,
    *endpoints: tuple[str, int],
    protocol: Protocol = Protocol.HTTP,
    balance: Balance = Balance.ROUND_ROBIN,
    resolves: str = "",
) -> Backend:
    """`shop/NAME/80` with endpoints at these addresses and ports."""
    return Backend(
        backend_key("shop", name, "80"),
        Ref("Service", "shop", name),
        "80",
        protocol,
        balance,
        tuple(Endpoint(address, port, NOBODY) for address, port in endpoints),
        resolves,
    )


def site(
    host: str,
    prefixes: Mapping[str, str] | None = None,
    *,
    exact: Mapping[str, str] | None = None,
    default: str = "",
    tls: Key | str | None = None,
    redirects: bool = False,
) -> Site:
    """Paths to names of backends. `tls` is a certificate's key, or "" for the default one."""
    routes = [
        route(path, PathMatch.EXACT, name, redirects=redirects)
        for path, name in (exact or {}).items()
    ]
    longest_first = sorted((prefixes or {}).items(), key=lambda item: -len(item[0].encode()))
    routes += [
        route(path, PathMatch.PREFIX, name, redirects=redirects) for path, name in longest_first
    ]
    return Site(
        Key(SITE, host),
        tuple(routes),
        route("/", PathMatch.PREFIX, default, redirects=redirects) if default else None,
        None if tls is None else TLS(tls or None, NOBODY),
    )


def route(path: str, match: PathMatch, name: str, *, redirects: bool = False) -> Route:
    return Route(path, match, backend_key("shop", name, "80"), redirects, NOBODY)


def certificate(name: str, pem: Pair | None) -> Certificate:
    secret = Ref("Secret", "shop", name)
    return Certificate(certificate_key(secret), secret, parse_key_pair(*pem) if pem else None)


def addresses(port: int, *last: int) -> Sequence[tuple[str, int]]:
    """Endpoints 127.0.10.N, all at one port."""
    return [(f"127.0.10.{number}", port) for number in last]
