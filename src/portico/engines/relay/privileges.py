"""Nothing that clients send is worth being root for."""

import contextlib
import os
import pwd
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


def drop_privileges() -> None:
    """Go on as an ordinary user, for good. Only root has anything to drop.

    Raises OSError where that is refused: better no relay than one of root's.
    """
    if os.geteuid() != 0:
        return
    for name in USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            return
    raise PermissionError(f"there is no user {' or '.join(USERS)} to run the relay as")
