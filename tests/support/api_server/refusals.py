"""What the API server says when it says no: a Status with a code, a reason and words."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):  # noqa: N818  # of a request, as in the product's own words
    """One no. Raised anywhere below the door, sent as a Status."""

    def __init__(self, code: int, reason: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.details = details
        self.metadata: dict[str, str] = {}

    def status(self) -> dict[str, Any]:
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            **({"details": self.details} if self.details else {}),
            "code": self.code,
        }


def qualified(kind: Any) -> str:
    return f"{kind.plural}.{kind.group}" if kind.group else str(kind.plural)


def _who(kind: Any, name: str) -> dict[str, str]:
    group = {"group": kind.group} if kind.group else {}
    return {"name": name, **group, "kind": kind.plural}


def not_found(kind: Any, name: str) -> Refused:
    return Refused(404, "NotFound", f'{qualified(kind)} "{name}" not found', **_who(kind, name))


def no_such_path() -> Refused:
    return Refused(404, "NotFound", "the server could not find the requested resource")


def already_exists(kind: Any, name: str) -> Refused:
    text = f'{qualified(kind)} "{name}" already exists'
    return Refused(409, "AlreadyExists", text, **_who(kind, name))


def conflict(kind: Any, name: str, why: str = "") -> Refused:
    why = why or (
        "the object has been modified; please apply your changes to the latest version "
        "and try again"
    )
    text = f'Operation cannot be fulfilled on {qualified(kind)} "{name}": {why}'
    return Refused(409, "Conflict", text, **_who(kind, name))


def bad_request(text: str) -> Refused:
    return Refused(400, "BadRequest", text)


def invalid(kind: Any, name: str, causes: Mapping[str, str]) -> Refused:
    """422: `causes` says of each field what is wrong with it."""
    told = ", ".join(f"{field}: {why}" for field, why in causes.items())
    listed = [
        {"reason": "FieldValueInvalid", "message": why, "field": field}
        for field, why in causes.items()
    ]
    named = kind.kind + (f".{kind.group}" if kind.group else "")
    details = {**_who(kind, name), "kind": kind.kind, "causes": listed}
    return Refused(422, "Invalid", f'{named} "{name}" is invalid: {told}', **details)


def expired(text: str) -> Refused:
    return Refused(410, "Expired", text)


def too_large_version(asked: int, current: int) -> Refused:
    text = f"Too large resource version: {asked}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return Refused(504, "Timeout", text, causes=[cause], retryAfterSeconds=1)


def unauthorized() -> Refused:
    return Refused(401, "Unauthorized", "Unauthorized")


def not_acceptable_type(got: str) -> Refused:
    text = f"the body of the request was in an unknown format - accepted media types: {got}"
    return Refused(415, "UnsupportedMediaType", text)
