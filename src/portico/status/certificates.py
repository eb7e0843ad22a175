"""What time does to certificates: the plan does not know the date, so it is asked here."""

from collections.abc import Iterator
from typing import Final

from portico.model.fault import Severity
from portico.plan.certificate import Certificate
from portico.plan.plan import Plan
from portico.status.problems import Locate, PlaceOf, Problem

SOON: Final = 14 * 24 * 3600
"""Seconds before the end at which somebody should know."""


def expiries(plan: Plan, now: float, place_of: PlaceOf, locate: Locate) -> Iterator[Problem]:
    """Certificates that are served, but not (or not for long) valid. `now`: seconds since 1970."""
    for unit in plan.values():
        if isinstance(unit, Certificate) and unit.key_pair and (told := _verdict(unit, now)):
            place = place_of(unit.secret)
            because, reason, severity = told
            yield Problem(
                severity=severity,
                because=because,
                file=place.file if place else "",
                line=locate(place, 'data["tls.crt"]') if place else 0,
                owner=str(unit.secret),
                field='data["tls.crt"]',
                reason=reason,
                hint="it is shown all the same; clients will complain: renew it",
            )


def _verdict(unit: Certificate, now: float) -> tuple[str, str, Severity] | None:
    pair = unit.key_pair
    assert pair
    if now >= pair.not_after:
        return "CertificateExpired", "the certificate has expired", Severity.WARNING
    if now < pair.not_before:
        return "CertificateNotYetValid", "the certificate is not valid yet", Severity.WARNING
    if now >= pair.not_after - SOON:
        left = _in_days(pair.not_after - now)
        return "CertificateExpires", f"the certificate expires in {left}", Severity.NOTE
    return None


def _in_days(seconds: float) -> str:
    days = int(seconds // 86400)
    return f"{days} day{'s' if days > 1 else ''}" if days else "less than a day"
