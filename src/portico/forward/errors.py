"""Why something is not forwarded, for the person who asked."""

from typing import Final

from portico.kube.config.errors import KubeError
from portico.kube.http.errors import AnswerError, ForbiddenError, UnauthorizedError

FAILED: Final = 1
USAGE: Final = 2
NO_CLUSTER: Final = 3


class ForwardError(Exception):
    """One line that says what is wrong, a hint what to do, and the exit code of the command."""

    def __init__(self, reason: str, hint: str = "", code: int = FAILED) -> None:
        super().__init__(f"{reason}; {hint}" if hint else reason)
        self.reason = reason
        self.hint = hint
        self.code = code
        self.is_passing = False
        """Whether it may be over in a moment, so that it is told and waited for."""

    @property
    def line(self) -> str:
        """As kubectl prints it on stderr."""
        return f"error: {self.reason}"


class UsageError(ForwardError):
    """What was typed cannot be meant."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason, hint, USAGE)


class ServerSaidNoError(ForwardError):
    """The API server refused, and said why."""

    def __init__(self, status: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status

    @property
    def line(self) -> str:
        return f"Error from server ({self.status}): {self.reason}"


def from_kube(error: KubeError, doing: str = "") -> ForwardError:
    """What a failed question comes to. `doing` is put before what the server said."""
    if not isinstance(error, AnswerError):
        return ForwardError(error.reason, error.hint, NO_CLUSTER)
    said = error.status.message or error.reason
    hint = permission_hint(error) or error.hint
    if isinstance(error, UnauthorizedError):
        return ForwardError("You must be logged in to the server (Unauthorized)", hint)
    if doing or not error.status.reason:
        return ForwardError(f"{doing}: {said}" if doing else said, hint)
    return ServerSaidNoError(error.status.reason, said, hint)


def upgrade_error(error: KubeError) -> ForwardError:
    """As kubectl words it."""
    said = error.reason
    if isinstance(error, AnswerError):
        said = error.status.message or error.reason
    hint = permission_hint(error) or error.hint
    return ForwardError(f"error upgrading connection: {said}", hint)


def permission_hint(error: KubeError) -> str:
    """For a 403: what a role has to allow, and the command that shows that it does not."""
    if not isinstance(error, ForbiddenError) or error.denied is None:
        return ""
    denied = error.denied
    resource, _, subresource = denied.resource.partition("/")
    qualified = f"{resource}.{denied.group}" if denied.group else resource
    asked = f"kubectl auth can-i {denied.verb} {qualified}"
    if subresource:
        asked += f" --subresource={subresource}"
    if denied.namespace:
        asked += f" -n {denied.namespace}"
    return f"a role has to allow: {denied}; see: {asked}"
