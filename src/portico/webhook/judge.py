"""From a question to a ruling: allowed, allowed with warnings, or denied, and why.

An object is only denied for what is wrong with itself, and an update only for what it brings: what
was wrong before must not keep anybody from taking off a finalizer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import Raw, Struct

from portico.compiler.lower.ingress_class import CLASS_ANNOTATION
from portico.model.core import Service
from portico.model.decode import Trouble
from portico.model.fact import Fact, Metadata
from portico.model.fault import Severity
from portico.model.metallb import GROUP as METALLB
from portico.model.metallb import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
)
from portico.model.networking import Ingress, IngressClass, IngressSpec
from portico.model.openelb import GROUP as OPENELB
from portico.model.openelb import BgpConf, BgpPeer, Eip
from portico.plan.verdict import Because, Refusal
from portico.webhook.review import ALLOWED, Cause, GroupVersionKind, Question, Ruling
from portico.webhook.state import State, Trial
from portico.webhook.wording import line, message, told, told_of_another, warnings
from portico.webhook.world import NOT_YET, is_of_the_world

Read = Callable[[Raw], Fact | Trouble | None]
"""Raises msgspec.DecodeError for what is no object at all."""

JUDGED: Final[Mapping[GroupVersionKind, str]] = {
    GroupVersionKind(kind, version, group): kind
    for group, version, kind in (
        ("networking.k8s.io", "v1", Ingress.KIND),
        ("networking.k8s.io", "v1", IngressClass.KIND),
        ("", "v1", Service.KIND),
        (METALLB, "v1beta1", IPAddressPool.KIND),
        (METALLB, "v1beta1", L2Advertisement.KIND),
        (METALLB, "v1beta1", BGPAdvertisement.KIND),
        (METALLB, "v1beta2", BGPPeer.KIND),
        (METALLB, "v1beta1", BFDProfile.KIND),
        (METALLB, "v1beta1", Community.KIND),
        (OPENELB, "v1alpha2", Eip.KIND),
        (OPENELB, "v1alpha2", BgpConf.KIND),
        (OPENELB, "v1alpha2", BgpPeer.KIND),
    )
}

OPERATIONS: Final = frozenset({"CREATE", "UPDATE"})

BAD_REQUEST: Final = 400
INVALID: Final = 422

MOST_CAUSES: Final = 50
"""That are told to programs; the message tells fewer."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What cannot be seen from where the webhook stands, and so is not spoken of."""

    unknown: frozenset[Because] = field(default_factory=frozenset)
    sees_only_named_secrets: bool = False
    """Whether a Secret is read only while an Ingress names it."""


class Judge:
    """Answers in a few milliseconds, as everything is known already."""

    def __init__(self, state: State, readers: Mapping[str, Read], sight: Sight) -> None:
        self._state = state
        self._readers = readers
        self._sight = sight

    def rule(self, question: Question) -> Ruling:
        kind = JUDGED.get(question.kind)
        if kind is None or question.operation not in OPERATIONS or question.sub_resource:
            return ALLOWED
        found = self._read(kind, question.object)
        if found is None:
            return ALLOWED
        if isinstance(found, Trouble):
            return self._on_trouble(kind, found, question)
        # Who deletes an object must not be stopped, and who adds a class breaks nothing.
        if found.metadata.deletion_timestamp or isinstance(found, IngressClass):
            return ALLOWED
        return self._on_fact(kind, found, question)

    def _on_fact(self, kind: str, fact: Fact, question: Question) -> Ruling:
        trial = self._state.tried(fact)
        own = [refusal for refusal in trial.own if self._is_told(refusal, fact, question)]
        denied = dict.fromkeys(refusal for refusal in own if is_reason(refusal))
        if denied and question.operation == "UPDATE":
            known = self._known_before(kind, question)
            denied = dict.fromkeys(refusal for refusal in denied if refusal not in known)
        lines = [told(refusal) for refusal in own if refusal not in denied]
        lines += self._of_others(trial)
        return _ruling(INVALID, "Invalid", map(_cause, denied), lines)

    def _is_told(self, refusal: Refusal, fact: Fact, question: Question) -> bool:
        because = refusal.because
        if because.severity is Severity.NOTE or because in self._sight.unknown:
            return False
        if because is Because.CLASS_MISSING:
            # A class that stands in the annotation of old may well be somebody else's.
            return CLASS_ANNOTATION not in refusal.origin.field
        if because in NOT_YET and isinstance(fact, Service):
            return question.operation != "CREATE"
        if because is Because.SECRET_MISSING and self._sight.sees_only_named_secrets:
            return self._has_named(refusal, fact)
        return True

    def _has_named(self, refusal: Refusal, fact: Fact) -> bool:
        """Whether the Ingress has named that Secret before, so that somebody looked for it."""
        known = self._state.known(fact.ref)
        if not isinstance(known, Ingress):
            return False
        namespace = known.ref.namespace
        return refusal.detail in {f"{namespace}/{entry.secret_name}" for entry in known.spec.tls}

    def _of_others(self, trial: Trial) -> Iterable[str]:
        for refusal in trial.others:
            is_note = refusal.because.severity is Severity.NOTE
            if not is_note and refusal.because not in self._sight.unknown:
                yield told_of_another(refusal)

    def _known_before(self, kind: str, question: Question) -> frozenset[Refusal]:
        """What is refused of the object already."""
        found = self._read(kind, question.old_object)
        return frozenset(self._state.tried(found).own) if isinstance(found, Fact) else frozenset()

    def _on_trouble(self, kind: str, trouble: Trouble, question: Question) -> Ruling:
        if kind == Ingress.KIND and self._is_of_others(question.object):
            return ALLOWED
        text = line(trouble.field, trouble.reason, trouble.hint)
        was_so = question.operation == "UPDATE" and self._read(kind, question.old_object) == trouble
        if trouble.severity is not Severity.ERROR or was_so:
            return Ruling(warnings((text,)))
        return _ruling(BAD_REQUEST, "BadRequest", [Cause("Unreadable", text, trouble.field)], ())

    def _read(self, kind: str, item: Raw) -> Fact | Trouble | None:
        try:
            return self._readers[kind](item)
        except RecursionError:
            reason = "is nested too deeply"
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = f"cannot be read: {error}"
        return Trouble(None, "", reason, "send a whole object")

    def _is_of_others(self, item: Raw) -> bool:
        """Whether an Ingress that cannot be read as a whole names a class that is not ours."""
        try:
            named = _NAMED.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        spec = IngressSpec(ingress_class_name=named.spec.name or "")
        metadata = Metadata("unread", annotations=named.metadata.annotations or {})
        flaw = self._state.class_flaw(Ingress(metadata=metadata, spec=spec))
        return flaw is not None


def is_reason(refusal: Refusal) -> bool:
    """Whether it is a reason to deny the object."""
    return refusal.because.severity is Severity.ERROR and not is_of_the_world(refusal)


def _cause(refusal: Refusal) -> Cause:
    return Cause(refusal.because.value.code, told(refusal), refusal.origin.field)


def _ruling(code: int, reason: str, causes: Iterable[Cause], lines: Iterable[str]) -> Ruling:
    found = tuple(causes)
    if not found:
        return Ruling(warnings(lines))
    text = message([cause.message for cause in found])
    return Ruling(warnings(lines), code, reason, text, found[:MOST_CAUSES])


class _NamedMetadata(Struct, frozen=True):
    annotations: dict[str, str] | None = None


class _NamedSpec(Struct, frozen=True, rename={"name": "ingressClassName"}):
    name: str | None = None


class _Named(Struct, frozen=True):
    metadata: _NamedMetadata = _NamedMetadata()
    spec: _NamedSpec = _NamedSpec()


_NAMED: Final = msgspec.json.Decoder(_Named)
