"""Claims on one host -> Site: the oldest claim on a path wins, the others are refused."""

from collections.abc import Sequence

from portico.compiler.claim import Claim, DefaultWant
from portico.compiler.look import Look
from portico.plan.key import Key
from portico.plan.site import TLS, PathMatch, Route, Site
from portico.plan.verdict import Because, Refusal


def merge_site(key: Key, claims: Sequence[Claim], look: Look) -> Site:
    """Claims come oldest first."""
    wants = [claim.want for claim in claims]
    routes, losers = _routes([want for want in wants if isinstance(want, Route)])
    default, late = _default([want for want in wants if isinstance(want, DefaultWant)])
    return Site(
        key=key,
        routes=tuple(sorted(routes, key=_most_specific_first)),
        default=default,
        tls=_tls([want for want in wants if isinstance(want, TLS)]),
        refused=(*losers, *late),
    )


def _routes(wants: list[Route]) -> tuple[list[Route], list[Refusal]]:
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


def _tls(wants: list[TLS]) -> TLS | None:
    """The oldest with a certificate of its own, else the oldest."""
    return next((want for want in wants if want.certificate), wants[0] if wants else None)


def _most_specific_first(route: Route) -> tuple[bool, int, str]:
    # The order in which they are tried: exact paths, then prefixes from the longest to the shortest.
    return (route.match is PathMatch.PREFIX, -len(route.path.encode()), route.path)


