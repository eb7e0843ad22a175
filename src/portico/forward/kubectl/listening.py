"""How kubectl listens: of localhost one family is enough, whatever is wrong with the other."""

from collections.abc import Sequence

from portico.forward.errors import ForwardError
from portico.forward.listen import Bound, NotBoundError, close_all, listen
from portico.forward.places import Place


class NoListenerError(ForwardError):
    """Of one port; kubectl tells of it and goes on with the others."""


def listen_as_kubectl(local: int | str, places: Sequence[Place]) -> tuple[Bound, ...]:
    """A number that the kernel has chosen for the first address is asked for on the others.

    Raises NoListenerError.
    """
    bound: list[Bound] = []
    errors: list[str] = []
    number = local
    for place in places:
        try:
            made = listen(number, [place])
        except ForwardError as error:
            kernel = error.kernel if isinstance(error, NotBoundError) else error.reason
            errors.append(f"unable to create listener: Error {kernel}")
            continue
        bound += made
        number = made[0].port or number
    is_needed = any(not place.is_optional for place in places)
    if not bound or (errors and is_needed):
        close_all(bound)
        told = " ".join(errors)
        raise NoListenerError(
            f"Unable to listen on port {local}: Listeners failed to create with the following "
            f"errors: [{told}]"
        )
    return tuple(bound)
