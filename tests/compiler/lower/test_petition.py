"""What a lower step writes down."""

from compiler.world import outcome, told
from model.build import ingress
from portico.compiler.claim import SiteWant
from portico.compiler.lower.petition import Petition
from portico.plan.key import CATCH_ALL, SITE, Key
from portico.plan.verdict import Because

A_SITE = Key(SITE, "a.example")


def test_claims_keep_their_order_and_the_outcome_comes_last() -> None:
    petition = Petition(ingress("a@2026"))
    for key in (A_SITE, CATCH_ALL, A_SITE):
        petition.claim(key, SiteWant(petition.origin("spec")))
    petition.refuse("spec", Because.NOTHING_ASKED)
    claims = petition.claims()
    assert [claim.key.kind for claim in claims] == ["site", "site", "site", "outcome"]
    assert {claim.rank for claim in claims} == {("2026-01-01T00:00:00", "shop", "a", "Ingress")}
    assert outcome(claims).asked == (A_SITE, CATCH_ALL)
    assert told(outcome(claims).refused) == [("spec", "NothingAsked")]


def test_knows_what_was_asked_for() -> None:
    petition = Petition(ingress("a"))
    assert not petition.asks(A_SITE)
    petition.claim(A_SITE, SiteWant(petition.origin("")))
    assert petition.asks(A_SITE)


def test_what_is_mentioned_is_not_asked_for() -> None:
    petition = Petition(ingress("a"))
    petition.claim(A_SITE, SiteWant(petition.origin("")))
    petition.mention(CATCH_ALL)
    assert not petition.asks(CATCH_ALL)
    assert petition.about == [A_SITE, CATCH_ALL]
    found = outcome(petition.claims())
    assert (found.asked, found.mentioned) == ((A_SITE,), (CATCH_ALL,))


def test_the_same_no_is_told_once() -> None:
    petition = Petition(ingress("a"))
    for detail in ("x", "y", "x"):
        petition.refuse("spec", Because.HOST_INVALID, detail)
    assert [refusal.detail for refusal in outcome(petition.claims()).refused] == ["x", "y"]


def test_an_object_that_asks_for_nothing_has_an_outcome() -> None:
    assert [str(claim.key) for claim in Petition(ingress("a")).claims()] == [
        "outcome Ingress/shop/a"
    ]


def test_of_an_object_that_asks_for_nothing_nothing_may_be_said() -> None:
    petition = Petition(ingress("a"))
    assert petition.claims_if_any() == []
    petition.claim_aside(A_SITE, SiteWant(petition.origin("")))
    assert [claim.key for claim in petition.claims_if_any()] == [A_SITE]
    petition.refuse("spec", Because.HOST_INVALID)
    assert outcome(petition.claims_if_any()).asked == ()
