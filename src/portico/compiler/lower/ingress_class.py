"""Is an Ingress ours? The class it names, the annotation of old, or the default class."""

from typing import Final, NamedTuple

from portico.compiler.look import Look
from portico.model.networking import DEFAULT_CLASSES, Ingress, IngressClass
from portico.plan.verdict import Because

CONTROLLERS: Final = frozenset({"portico.dev/ingress", "k8s.io/ingress-nginx"})
CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"
_FIELD: Final = "spec.ingressClassName"


class ClassFlaw(NamedTuple):
    """Why an Ingress is not served at all."""

    field: str
    because: Because
    detail: str


def class_flaw(fact: Ingress, look: Look) -> ClassFlaw | None:
    """None if the Ingress is ours. The field wins over the annotation, as in the API server."""
    if named := fact.spec.ingress_class_name:
        return _named(named, _FIELD, look)
    if named := fact.metadata.annotations.get(CLASS_ANNOTATION, ""):
        return _named(named, f'metadata.annotations["{CLASS_ANNOTATION}"]', look)
    defaults = look.group(IngressClass, DEFAULT_CLASSES)
    if not defaults or any(_is_ours(found, look) for found in defaults):
        return None
    names = ", ".join(repr(found.metadata.name) for found in defaults)
    return ClassFlaw(_FIELD, Because.CLASS_ELSEWHERE, f"{names} (the default)")


def _named(name: str, field: str, look: Look) -> ClassFlaw | None:
    found = look.get(IngressClass, "", name)
    if found is None:
        if name in look.settings.ingress_classes:
            return None
        return ClassFlaw(field, Because.CLASS_MISSING, repr(name))
    if _is_ours(found, look):
        return None
    return ClassFlaw(field, Because.CLASS_ELSEWHERE, repr(name))


def _is_ours(found: IngressClass, look: Look) -> bool:
    if found.spec.controller not in CONTROLLERS:
        return False
    settings = look.settings
    return settings.serves_every_class or found.metadata.name in settings.ingress_classes
