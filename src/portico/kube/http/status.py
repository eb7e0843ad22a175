"""What an API server says of a request that it did not fulfil (`metav1.Status`)."""

import re
from typing import Final

import msgspec
from msgspec import Struct

LONGEST_MESSAGE: Final = 8192
"""Characters of what is said, as somebody will have it on a terminal."""


class Cause(Struct, frozen=True):
    """One field that is wrong."""

    reason: str = ""
    message: str = ""
    field: str = ""


class Details(Struct, frozen=True, rename="camel"):
    """What it is about."""

    name: str = ""
    group: str = ""
    kind: str = ""
    causes: tuple[Cause, ...] | None = ()
    retry_after_seconds: int = 0


class Status(Struct, frozen=True):
    """In place of an object; in a watch, what an ERROR event holds."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: Details | None = None


def read_status(body: bytes) -> Status:
    """Of whatever came: the page of a proxy becomes a message without a reason."""
    try:
        status = msgspec.json.decode(body, type=Status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        status = Status(message=body.decode(errors="replace").strip())
    if len(status.message) <= LONGEST_MESSAGE:
        return status
    return msgspec.structs.replace(status, message=status.message[:LONGEST_MESSAGE] + " ...")


class Denied(Struct, frozen=True):
    """What somebody may not do; empty where the message did not say it."""

    user: str = ""
    verb: str = ""
    resource: str = ""
    group: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        group = f".{self.group}" if self.group else ""
        where = f" in namespace {self.namespace}" if self.namespace else " in the whole cluster"
        return f"{self.verb} {self.resource}{group}{where}"


_DENIED: Final = (
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) (?:resource "(?P<resource>[^"]*)"'
    r'(?: in API group "(?P<group>[^"]*)")?|path "(?P<path>[^"]*)")'
    r'(?: in the namespace "(?P<namespace>[^"]*)")?'
)
"""How the API server words it (`apiserver/.../responsewriters/errors.go`)."""


def read_denied(message: str) -> Denied | None:
    """The API server has no fields for this, only the sentence."""
    found = re.search(_DENIED, message)  # compiled when it is needed
    if not found:
        return None
    resource = found["resource"] or found["path"] or ""
    return Denied(
        found["user"], found["verb"], resource, found["group"] or "", found["namespace"] or ""
    )
