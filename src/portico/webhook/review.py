"""AdmissionReview v1: the question of an API server, and the answer to it."""

from typing import Final

import msgspec
from msgspec import Raw, Struct

API_VERSION: Final = "admission.k8s.io/v1"
KIND: Final = "AdmissionReview"
NOTHING: Final = Raw(b"null")


class GroupVersionKind(Struct, frozen=True):
    """What an object is."""

    kind: str
    version: str
    group: str = ""


class Question(Struct, frozen=True, rename="camel"):
    """What somebody wants to do. The objects are left as they are until it is sure who reads them.

    Whether it is a dry run does not matter: an answer has no effect.
    """

    uid: str
    kind: GroupVersionKind
    operation: str = ""
    sub_resource: str = ""
    object: Raw = NOTHING
    old_object: Raw = NOTHING


class _Review(Struct, frozen=True, rename="camel"):
    api_version: str
    kind: str
    request: Question


class Cause(Struct, frozen=True):
    """One reason of a denial, for programs."""

    reason: str
    message: str
    field: str


class Ruling(Struct, frozen=True):
    """Whether it may be done, and what to say to whoever asked."""

    warnings: tuple[str, ...] = ()
    code: int = 0
    """0: allowed; else an HTTP status."""

    reason: str = ""
    """A word of the API for the code."""

    message: str = ""
    causes: tuple[Cause, ...] = ()

    @property
    def is_allowed(self) -> bool:
        return not self.code


ALLOWED: Final = Ruling()


class NoReviewError(Exception):
    """Not a question that this webhook answers; the text says why not."""


class _Details(Struct, frozen=True):
    causes: tuple[Cause, ...]


class _Status(Struct, frozen=True):
    code: int
    reason: str
    message: str
    details: _Details
    status: str = "Failure"


class _Response(Struct, frozen=True, omit_defaults=True):
    uid: str
    allowed: bool  # without a default, or it would be left out
    status: _Status | None = None
    warnings: tuple[str, ...] = ()


class _Answer(Struct, frozen=True, rename="camel"):
    response: _Response
    api_version: str = API_VERSION
    kind: str = KIND


_DECODER: Final = msgspec.json.Decoder(_Review)


def read_review(body: bytes) -> Question:
    """Raises NoReviewError, whatever the bytes are."""
    try:
        review = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoReviewError(f"is not an AdmissionReview: {error}") from None
    if (review.api_version, review.kind) != (API_VERSION, KIND):
        raise NoReviewError(f"is not an AdmissionReview of {API_VERSION}")
    return review.request


def answer(question: Question, ruling: Ruling) -> bytes:
    """As the API server wants it."""
    status = None
    if not ruling.is_allowed:
        details = _Details(ruling.causes)
        status = _Status(ruling.code, ruling.reason, ruling.message, details)
    response = _Response(question.uid, ruling.is_allowed, status, ruling.warnings)
    return msgspec.json.encode(_Answer(response))
