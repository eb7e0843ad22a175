"""Everything that can come of a request but an answer.

One class for each thing that a caller treats in its own way. `str()` is for people: what was asked
of whom, what went wrong, what to do.
"""

from collections.abc import Mapping
from typing import Final

from portico.kube.config.errors import KubeError
from portico.kube.http.status import Denied, Status, read_denied, read_status
from portico.lib.shorten import shown


class UnreachableError(KubeError):
    """No connection, or it was lost before there was a whole answer."""


class SilentError(UnreachableError):
    """Nothing came for as long as there was patience."""


class ProxyError(UnreachableError):
    """The proxy in between does not let us through."""


class TlsError(KubeError):
    """One of the two does not trust the other."""


class GarbledError(KubeError):
    """What came is not HTTP, or not what was asked for."""


class AnswerError(KubeError):
    """The server answered with a status of 300 or above."""

    def __init__(self, reason: str, hint: str, code: int, status: Status) -> None:
        super().__init__(reason, hint)
        self.code = code
        self.status = status
        self.retry_after: float | None = None
        """Seconds, where the server said so."""


class UnauthorizedError(AnswerError):
    """401: the server does not know who asks."""


class ForbiddenError(AnswerError):
    """403: it knows, and they may not."""

    denied: Denied | None = None


class NotFoundError(AnswerError):
    """404: there is no such object, or no such kind."""


class ConflictError(AnswerError):
    """409: the object has changed since it was read, or exists already (`status.reason`)."""


class GoneError(AnswerError):
    """410: that version of the list is no longer known; list again."""


class InvalidError(AnswerError):
    """422: the object breaks a rule of its kind (`status.details.causes`)."""


class TooManyRequestsError(AnswerError):
    """429: ask again later."""


class ServerError(AnswerError):
    """500 and above: the server, or something in front of it, is in trouble."""


ERRORS: Final[Mapping[int, type[AnswerError]]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    422: InvalidError,
    429: TooManyRequestsError,
}

HINTS: Final[Mapping[int, str]] = {
    401: "the credentials are missing, wrong or expired; log in again",
    413: "the object is too large for the API server",
}


def answer_error(asked: str, code: int, headers: Mapping[str, str], body: bytes) -> AnswerError:
    """`asked` is like "GET https://10.0.0.1:6443/api/v1/pods"."""
    status = read_status(body)
    error_type = ERRORS.get(code, ServerError if code >= 500 else AnswerError)
    denied = read_denied(status.message) if code == 403 else None
    message = shown(status.message, 500) if status.message else f"status {code}"
    hint = f"a role has to allow: {denied}" if denied else HINTS.get(code, "")
    error = error_type(f"{asked}: {message}", hint, code, status)
    error.retry_after = _retry_after(headers, status)
    if isinstance(error, ForbiddenError):
        error.denied = denied
    return error


def status_error(asked: str, status: Status) -> AnswerError:
    """The same of a status inside of a watch."""
    code = status.code or 500
    error_type = ERRORS.get(code, ServerError if code >= 500 else AnswerError)
    error = error_type(f"{asked}: {shown(status.message, 500)}", "", code, status)
    error.retry_after = _retry_after({}, status)
    return error


def _retry_after(headers: Mapping[str, str], status: Status) -> float | None:
    """In seconds only; API servers send no dates."""
    told = headers.get("retry-after", "").strip()
    if told.isdecimal():
        return float(told)
    seconds = status.details.retry_after_seconds if status.details else 0
    return float(seconds) if seconds > 0 else None
