"""What a responder needs is to open packet sockets, whenever an interface appears: CAP_NET_RAW."""

import contextlib
import ctypes
import os
from typing import Final

from portico.engines.companion.privileges import become, checked, gain_nothing, keep_only

USERS: Final = ("nobody", "www-data")

CAP_NET_RAW: Final = 13
_PR_SET_KEEPCAPS: Final = 8

PRIORITY: Final = -15
"""Its few microseconds must not wait behind whatever else keeps the processors busy."""

_libc = ctypes.CDLL(None, use_errno=True)


def be_quick() -> None:
    """Come before other programs, where that is allowed."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)


def drop_privileges() -> None:
    """Keep one capability and nothing else, for good. Raises OSError where that is refused.

    In a container root may not become somebody else; what it may do goes all the same.
    """
    checked(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    with contextlib.suppress(PermissionError):
        become(USERS)
    keep_only(1 << CAP_NET_RAW)
    gain_nothing()
