"""What a responder needs is to open packet sockets, whenever an interface appears: CAP_NET_RAW."""

import contextlib
import ctypes
import os
import pwd
import struct
from typing import Final

USERS: Final = ("nobody", "www-data")

CAP_NET_RAW: Final = 13
_PR_SET_KEEPCAPS: Final = 8
_PR_SET_NO_NEW_PRIVS: Final = 38
_VERSION_3: Final = 0x20080522

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
    _checked(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    with contextlib.suppress(PermissionError):
        _become_somebody()
    _keep_only(1 << CAP_NET_RAW)
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def _become_somebody() -> None:
    if os.geteuid() != 0:
        return
    for name in USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            return


def _keep_only(capabilities: int) -> None:
    header = struct.pack("=Ii", _VERSION_3, 0)
    low = struct.pack("=III", capabilities, capabilities, 0)
    _checked(_libc.capset(header, low + bytes(12)), "capset")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
