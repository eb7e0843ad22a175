"""Every no carries a reason that a person can act on."""

import pytest

from portico.model.fault import Severity
from portico.model.ref import Ref
from portico.plan.key import OUTCOME, Key, Origin
from portico.plan.verdict import DETAIL_LIMIT, Because, Outcome, Refusal, outcome_key

INGRESS = Ref("Ingress", "shop", "cart")
ORIGIN = Origin(INGRESS, "spec.rules[0]")


@pytest.mark.parametrize("because", Because, ids=lambda because: because.name)
def test_every_cause_has_a_code_a_sentence_and_advice(because: Because) -> None:
    cause = because.value
    assert cause.code == because.name.title().replace("_", "").replace("Tcp", "TCP")
    assert cause.sentence.count("{") <= 1
    assert cause.hint
    assert not cause.sentence.endswith(".")
    assert because.severity is cause.severity


@pytest.mark.parametrize("because", Because, ids=lambda because: because.name)
def test_a_detail_is_only_asked_for_where_the_sentence_has_a_place_for_it(because: Because) -> None:
    told = Refusal(ORIGIN, because, "DETAIL").reason
    assert ("DETAIL" in told) == ("{}" in because.value.sentence)
    assert "{" not in told


def test_codes_are_told_apart() -> None:
    assert len({because.value.code for because in Because}) == len(Because)


@pytest.mark.parametrize(
    ("because", "detail", "reason"),
    [
        (Because.HOST_INVALID,    "'Shop'",  "'Shop' is not a host name"),
        (Because.SERVICE_MISSING, "shop/a",  "Service shop/a does not exist"),
        (Because.PORT_MISSING,    "web in Service shop/a",
         "there is no port web in Service shop/a"),
        (Because.PORT_NOT_TCP,    "53 of Service shop/dns",
         "port 53 of Service shop/dns does not speak TCP, which HTTP needs"),
        (Because.PATH_TAKEN,      "Ingress shop/b spec.rules[0].http.paths[1]",
         "Ingress shop/b spec.rules[0].http.paths[1] came first with the same host, path and path "
         "type"),
        # Braces of a user are no place for a detail.
        (Because.PATH_INVALID,    "'{0.__class__}{}'",
         "no request can ever match path '{0.__class__}{}'"),
    ],
    ids=["host", "service", "port", "not TCP", "path", "braces"],
)  # fmt: skip
def test_sentences(because: Because, detail: str, reason: str) -> None:
    refusal = Refusal(ORIGIN, because, detail)
    assert refusal.reason == reason
    assert refusal.hint == because.value.hint


def test_long_details_are_cut() -> None:
    reason = Refusal(ORIGIN, Because.HOST_INVALID, "x" * 1_000_000).reason
    assert reason == "x" * DETAIL_LIMIT + "… (1000000 characters) is not a host name"


@pytest.mark.parametrize(
    ("because", "severity"),
    [
        (Because.PATH_TAKEN,      Severity.ERROR),
        (Because.NO_ENDPOINTS,    Severity.WARNING),   # comes and goes by itself
        (Because.CLASS_ELSEWHERE, Severity.NOTE),      # by design
    ],
)  # fmt: skip
def test_severities(because: Because, severity: Severity) -> None:
    assert because.severity is severity


def test_an_outcome_is_found_by_its_object() -> None:
    key = outcome_key(INGRESS)
    assert key == Key(OUTCOME, "Ingress/shop/cart")
    assert outcome_key(Ref("HTTPRoute", "shop", "cart")) != key
    assert Outcome(key, INGRESS, (), ()).origin == INGRESS
