"""Is an Ingress ours?"""

from collections.abc import Mapping

import pytest

from compiler.world import look_at
from model.build import ingress, ingress_class
from portico.compiler.lower.ingress_class import CLASS_ANNOTATION, class_flaw
from portico.model.networking import DEFAULT_CLASSES, Ingress, IngressClass
from portico.model.ref import Ref
from portico.settings import Settings

OURS, RETIRED, FOREIGN = "portico.dev/ingress", "k8s.io/ingress-nginx", "traefik.io/ingress"
DEFAULT = {"is_default": True}
FIELD, ANNOTATION = "spec.ingressClassName", f'metadata.annotations["{CLASS_ANNOTATION}"]'


def by_field(name: str) -> Ingress:
    return ingress("a", ingressClassName=name)


def by_annotation(name: str) -> Ingress:
    return ingress("a", annotations={CLASS_ANNOTATION: name})


BOTH = ingress("a", ingressClassName="web", annotations={CLASS_ANNOTATION: "other"})


@pytest.mark.parametrize(
    ("fact", "classes", "expected"),
    [
        # None named: served, unless another controller has the default class.
        (ingress("a"),          {},                                None),
        (ingress("a"),          {"x": (FOREIGN, False)},           None),
        (ingress("a"),          {"x": (FOREIGN, True)},            (FIELD, "ClassElsewhere")),
        (ingress("a"),          {"x": (OURS, True)},               None),
        (ingress("a"),          {"x": (FOREIGN, True), "y": (RETIRED, True)}, None),
        (by_field(""),          {"x": (FOREIGN, True)},            (FIELD, "ClassElsewhere")),
        # Named, and the class is there: its controller decides, whatever its name.
        (by_field("web"),       {"web": (OURS, False)},            None),
        (by_field("web"),       {"web": (RETIRED, False)},         None),
        (by_field("web"),       {"web": (FOREIGN, False)},         (FIELD, "ClassElsewhere")),
        (by_field("nginx"),     {"nginx": (FOREIGN, False)},       (FIELD, "ClassElsewhere")),
        (by_field("web"),       {"web": (OURS + "x", False)},      (FIELD, "ClassElsewhere")),
        # Named, and not there: the names of the settings are good.
        (by_field("nginx"),     {},                                None),
        (by_field("portico"),   {},                                None),
        (by_field("web"),       {},                                (FIELD, "ClassMissing")),
        (by_field("web\n\0"),   {},                                (FIELD, "ClassMissing")),
        # The annotation of old.
        (by_annotation("nginx"), {},                               None),
        (by_annotation("web"),  {"web": (OURS, False)},            None),
        (by_annotation("web"),  {},                                (ANNOTATION, "ClassMissing")),
        (by_annotation(""),     {"x": (FOREIGN, True)},            (FIELD, "ClassElsewhere")),
        (BOTH,                  {"web": (OURS, False)},            None),  # the field wins
    ],
    ids=range(20),
)  # fmt: skip
def test_whose_it_is(
    fact: Ingress, classes: Mapping[str, tuple[str, bool]], expected: tuple[str, str] | None
) -> None:
    known = [
        ingress_class(name, controller, is_default=is_default)
        for name, (controller, is_default) in classes.items()
    ]
    flaw = class_flaw(fact, look_at(*known))
    assert (flaw and (flaw.field, flaw.because.value.code)) == expected


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("web",   True),
        ("other", False),   # of our controller, but another instance's
    ],
)  # fmt: skip
def test_an_instance_can_be_bound_to_its_classes(name: str, is_ours: bool) -> None:
    settings = Settings(ingress_classes=("web",), serves_every_class=False)
    look = look_at(ingress_class(name, OURS), settings=settings)
    assert (class_flaw(by_field(name), look) is None) is is_ours


@pytest.mark.parametrize(
    ("fact", "trail"),
    [
        (by_field("web"), {Ref("IngressClass", "", "web")}),
        (ingress("a"),    {DEFAULT_CLASSES}),
    ],
    ids=["named", "not named"],
)  # fmt: skip
def test_a_class_that_appears_later_is_noticed(fact: Ingress, trail: set[object]) -> None:
    look = look_at()
    class_flaw(fact, look)
    assert look.trail == trail


def test_a_refusal_names_the_default_that_is_in_the_way() -> None:
    look = look_at(ingress_class("traefik", FOREIGN, is_default=True))
    flaw = class_flaw(ingress("a"), look)
    assert flaw
    assert flaw.detail == "'traefik' (the default)"


def test_names_of_a_megabyte_are_only_names() -> None:
    flaw = class_flaw(by_field("x" * 1_000_000), look_at())
    assert flaw
    assert flaw.because.value.code == "ClassMissing"
    assert look_at().get(IngressClass, "", "x" * 1_000_000) is None
