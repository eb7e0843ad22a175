"""What time does to certificates."""

import pytest

from model.certificates import END, START, pair
from portico.model.fault import Place, Severity
from portico.status.certificates import SOON, expiries
from support.plans import certificate, plan_of, site

BEGIN, FINISH = START.timestamp(), END.timestamp()
DAY = 24 * 3600
TLS = certificate("tls", pair("shop.example"))
FILE = Place("tls.yaml", 2)


def told(now, *units, place=FILE):
    plan = plan_of(*(units or (TLS,)))
    return list(expiries(plan, now, lambda _ref: place, lambda _place, field: len(field)))


@pytest.mark.parametrize(("now", "because", "severity"), [
    (BEGIN - 1,           "CertificateNotYetValid", Severity.WARNING),
    (BEGIN,               None,                     None),
    (FINISH - SOON - 1,   None,                     None),
    (FINISH - SOON,       "CertificateExpires",     Severity.NOTE),
    (FINISH - 1,          "CertificateExpires",     Severity.NOTE),
    (FINISH,              "CertificateExpired",     Severity.WARNING),
    (FINISH + 1000 * DAY, "CertificateExpired",     Severity.WARNING),
])  # fmt: skip
def test_a_certificate_in_the_course_of_time(now, because, severity):
    found = told(now)
    assert [(problem.because, problem.severity) for problem in found] == (
        [(because, severity)] if because else []
    )


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (13.5 * DAY, "in 13 days"),
        (2 * DAY - 1, "in 1 day"),
        (DAY - 1, "in less than a day"),
    ],
)
def test_how_long_it_still_lasts(left, says):
    [problem] = told(FINISH - left)
    assert problem.reason == f"the certificate expires {says}"


def test_where_it_stands():
    [problem] = told(FINISH)
    assert (problem.file, problem.field) == ("tls.yaml", 'data["tls.crt"]')
    assert problem.line == len('data["tls.crt"]')
    assert problem.owner == "Secret shop/tls"
    [nowhere] = told(FINISH, place=None)
    assert (nowhere.file, nowhere.line) == ("", 0)


def test_other_units_and_missing_secrets_have_no_date():
    assert told(FINISH, site("shop.example"), certificate("none", None)) == []
