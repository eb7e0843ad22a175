"""All that is wrong, in one form."""

from dataclasses import replace

from portico.model.fault import Fault, Place, Severity
from portico.model.ref import Ref
from portico.plan.key import Origin
from portico.plan.verdict import Because, Refusal
from portico.status.problems import Problem, problems, refusals
from support.plans import plan_of, site

SHOP = Ref("Ingress", "shop", "shop")
LINES = {"spec.rules[0].host": 7, "spec.rules[1].host": 12, "kind": 2}


def place_of(ref):
    return Place("shop.yaml", 1) if ref == SHOP else None


def locate(place, field):
    assert place.file.endswith(".yaml")
    return LINES.get(field, 0)


def refused(field, because=Because.HOST_INVALID, ref=SHOP):
    return Refusal(Origin(ref, field), because, "'A'")


def units(*told):
    """Two units that were refused the same."""
    return plan_of(replace(site("a"), refused=told), replace(site("b"), refused=told[:1]))


def test_refusals_are_told_once_with_their_lines():
    plan = units(refused("spec.rules[1].host"), refused("spec.rules[0].host"))
    assert [told.origin.field for told in refusals(plan)] == [
        "spec.rules[1].host", "spec.rules[0].host",
    ]  # fmt: skip
    first, second = problems(plan, (), place_of, locate)
    assert (first.line, second.line) == (7, 12)
    assert first == Problem(
        severity=Severity.ERROR,
        because="HostInvalid",
        file="shop.yaml",
        line=7,
        owner="Ingress shop/shop",
        field="spec.rules[0].host",
        reason="'A' is not a host name",
        hint=Because.HOST_INVALID.value.hint,
    )


def test_an_object_that_came_from_no_file_has_no_line():
    stranger = refused("spec", ref=Ref("Ingress", "shop", "other"))
    [told] = problems(units(stranger), (), place_of, locate)
    assert (told.file, told.line) == ("", 0)


def test_faults_are_problems_too():
    faults = [
        Fault(Place("b.yaml"), None, "", "is not YAML", "mend it", line=3),
        Fault(Place("a.yaml"), SHOP, "kind", "is unknown", "left alone", Severity.NOTE),
        Fault(Place("a.yaml"), SHOP, "spec", "is odd", "look", Severity.WARNING, line=9),
    ]
    found = problems({}, faults, place_of, locate)
    assert [(told.file, told.line, told.because, told.owner) for told in found] == [
        ("a.yaml", 2, "Unused", "Ingress shop/shop"),  # found by its field
        ("a.yaml", 9, "Unused", "Ingress shop/shop"),
        ("b.yaml", 3, "Unreadable", ""),
    ]


def test_they_come_by_file_and_line():
    plan = units(refused("spec.rules[1].host"), refused("spec.rules[0].host"))
    fault = Fault(Place("shop.yaml"), SHOP, "", "is odd", "look", line=9)
    assert [told.line for told in problems(plan, [fault], place_of, locate)] == [7, 9, 12]


def test_one_line_for_people():
    told = Problem(Severity.ERROR, "X", "a.yaml", 3, "Ingress a/b", "spec", "is odd", "mend it")
    assert told.text() == "a.yaml:3: error: Ingress a/b spec: is odd (mend it)"
    assert replace(told, file="").text() == "error: Ingress a/b spec: is odd (mend it)"
    assert replace(told, field="").text() == "a.yaml:3: error: Ingress a/b: is odd (mend it)"


def test_plain_values_for_programs():
    told = Problem(Severity.WARNING, "X", "a.yaml", 3, "Ingress a/b", "spec", "is odd", "mend it")
    assert list(told.document().items()) == [
        ("severity", "warning"), ("because", "X"), ("object", "Ingress a/b"), ("field", "spec"),
        ("file", "a.yaml"), ("line", 3), ("reason", "is odd"), ("hint", "mend it"),
    ]  # fmt: skip
