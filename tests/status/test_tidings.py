"""What owners are told, and what they are spared."""

import pytest

from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal
from portico.status.tidings import MOST, Tidings, contested

SHOP, CART = Ref("Ingress", "shop", "shop"), Ref("Ingress", "shop", "cart")


def refusal(because=Because.SERVICE_MISSING, field="spec.defaultBackend", detail="'shop'"):
    return Refusal(Origin(SHOP, field), because, detail)


MISSING = refusal()
EMPTY = refusal(Because.NO_ENDPOINTS)


@pytest.fixture
def tidings():
    return Tidings(settled=2.0)


def told(tidings, now):
    return [(each.ref.name, each.is_warning, each.reason) for each in tidings.due(now)]


def test_what_stands_is_told_once(tidings):
    tidings.stand(SHOP, (MISSING,), 0.0)
    assert tidings.wait(0.5) == 1.5
    assert tidings.due(1.9) == []
    [tiding] = tidings.due(2.0)
    assert tiding.note == (
        "spec.defaultBackend: Service 'shop' does not exist"
        " (until it does, requests are answered 503)"
    )
    tidings.stand(SHOP, (MISSING,), 3.0)
    assert tidings.wait(3.0) is None
    assert tidings.due(100.0) == []


def test_what_passes_is_not(tidings):
    tidings.stand(SHOP, (MISSING,), 0.0)
    tidings.stand(SHOP, (), 1.0)
    assert tidings.wait(1.0) is None


def test_a_change_is_told_and_so_is_the_end(tidings):
    tidings.stand(SHOP, (MISSING,), 0.0)
    assert told(tidings, 2.0) == [("shop", True, "ServiceMissing")]
    tidings.stand(SHOP, (EMPTY,), 3.0)
    changed = tidings.due(5.0)
    assert [each.reason for each in changed] == ["NoEndpoints", "Recovered"]
    assert changed[1].note == (
        "no longer refused: spec.defaultBackend: Service 'shop' does not exist"
    )
    tidings.stand(SHOP, (), 6.0)
    [end] = tidings.due(8.0)
    assert (end.is_warning, end.note) == (False, "nothing is refused any more")


def test_changes_that_go_on_do_not_put_it_off(tidings):
    for tenth in range(20):
        tidings.stand(SHOP, (refusal(detail=f"'{tenth}'"),), tenth / 10)
    assert told(tidings, 2.0) == [("shop", True, "ServiceMissing")]


def test_one_object_does_not_wait_for_another(tidings):
    tidings.stand(SHOP, (MISSING,), 0.0)
    tidings.stand(CART, (MISSING,), 1.0)
    assert told(tidings, 2.0) == [("shop", True, "ServiceMissing")]
    assert told(tidings, 3.0) == [("cart", True, "ServiceMissing")]


def test_of_an_object_that_is_gone_nothing_is_said(tidings):
    tidings.stand(SHOP, (MISSING,), 0.0)
    tidings.due(2.0)
    tidings.stand(SHOP, (), 3.0)
    tidings.forget(SHOP)
    assert tidings.due(100.0) == []


def test_a_hundred_mistakes_are_not_a_hundred_events(tidings):
    many = tuple(refusal(field=f"spec.rules[{number}]") for number in range(100))
    tidings.stand(SHOP, many, 0.0)
    found = tidings.due(2.0)
    assert len(found) == MOST + 1
    assert found[-1].note == f"and {100 - MOST} more; `portico status` has all of them"
    tidings.stand(SHOP, many[:MOST], 3.0)
    assert told(tidings, 5.0) == [("shop", False, "Recovered")]


def test_a_contest_names_the_other_and_what_to_do():
    tiding = contested(SHOP, "nginx-ingress-controller", "198.51.100.1")
    assert tiding.is_warning
    assert "nginx-ingress-controller keeps writing 198.51.100.1 here" in tiding.note
    assert "keeps writing nothing" in contested(SHOP, "somebody", "").note


@pytest.mark.parametrize(
    ("because", "reason"),
    [
        (Because.NO_ADDRESS_LEFT,       "AllocationFailed"),
        (Because.SHARED_PORT_TAKEN,     "AllocationFailed"),
        (Because.ANNOTATION_DEPRECATED, "deprecatedAnnotation"),
        (Because.ADDRESS_RANGE_TAKEN,   "AddressRangeTaken"),  # no event of MetalLB's
    ],
)  # fmt: skip
def test_causes_that_users_of_metallb_know_have_its_names(tidings, because, reason):
    tidings.stand(SHOP, (refusal(because),), 0.0)
    assert told(tidings, 2.0) == [("shop", True, reason)]
