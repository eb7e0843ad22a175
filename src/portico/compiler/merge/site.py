"""Claims on one host -> Site: the first claim on a path wins, the others are refused."""

from collections.abc import Iterable, Sequence

from portico.compiler.claim import Claim, DefaultWant
from portico.compiler.look import Look
from portico.plan.key import Key
from portico.plan.site import TLS, PathMatch, Route, Site
from portico.plan.verdict import Because, Refusal


def merge_site(key: Key, claims: Sequence[Claim], look: Look) -> Site:
    """Claims come oldest first."""
    wants = [claim.want for claim in claims]
    routes, without_path = _routes(want for want in wants if isinstance(want, Route))
    default, not_default = _default([want for want in wants if isinstance(want, DefaultWant)])
    tls, not_shown = _tls([want for want in wants if isinstance(want, TLS)])
    return Site(
        key=key,
        routes=tuple(sorted(routes, key=_most_specific_first)),
        default=default,
        tls=tls,
        refused=(*without_path, *not_default, *not_shown),
    )


def _routes(wants: Iterable[Route]) -> tuple[list[Route], list[Refusal]]:
    won: dict[tuple[str, PathMatch], Route] = {}
    refused = []
    for route in wants:
        winner = won.setdefault((route.path, route.match), route)
        if winner is not route:
            refused.append(Refusal(route.origin, Because.PATH_TAKEN, str(winner.origin)))
    return list(won.values()), refused


def _default(wants: list[DefaultWant]) -> tuple[Route | None, list[Refusal]]:
    explicit = [want.route for want in wants if not want.implicit]
    if not explicit:
        return (wants[0].route if wants else None), []
    winner, *losers = explicit
    return winner, [
        Refusal(loser.origin, Because.DEFAULT_TAKEN, str(winner.origin)) for loser in losers
    ]


def _tls(wants: list[TLS]) -> tuple[TLS | None, list[Refusal]]:
    """The first with a certificate of its own, else the first."""
    own = [want for want in wants if want.certificate is not None]
    if not own:
        return (wants[0] if wants else None), []
    winner = own[0]
    return winner, [
        Refusal(loser.origin, Because.CERTIFICATE_TAKEN, str(winner.origin))
        for loser in own
        if loser.certificate != winner.certificate
    ]


def _most_specific_first(route: Route) -> tuple[bool, int, str]:
    # The order in which they are tried: exact paths, then prefixes from longest to shortest.
    return (route.match is PathMatch.PREFIX, -len(route.path.encode()), route.path)
