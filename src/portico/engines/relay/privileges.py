"""Nothing that clients send is worth being root for."""

import contextlib
import resource
from typing import Final

USERS: Final = ("www-data", "nobody")


def raise_open_files(wanted: int) -> int:
    """How many files this process may have open now: as many as wanted, if it may ask for that."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    for limits in ((wanted, wanted), (hard, hard)):  # only root can have more than the hard limit
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            return limits[0]
    return hard
