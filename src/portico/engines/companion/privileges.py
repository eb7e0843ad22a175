"""What a companion gives up, for good: who it is, and what that may do."""

import contextlib
import ctypes
import os
import pwd
import struct
import sys
from pathlib import Path
from typing import Final

Users = tuple[str, ...]
"""Names of users, the best one first; the first that exists is taken."""

_PR_SET_NO_NEW_PRIVS: Final = 38
_VERSION_3: Final = 0x20080522  # capget(2)

_libc = ctypes.CDLL(None, use_errno=True)


def user_of(users: Users) -> pwd.struct_passwd | None:
    """The first of these users that exists, if we are root and may become somebody else.

    Raises OSError where none exists: better no process than one of root's.
    """
    if os.geteuid() != 0 or not _may_become():
        return None
    for name in users:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PermissionError(f"there is no user {' or '.join(users)} to run as")


def become(users: Users) -> None:
    """Go on as that user, for good, where that may be. Raises OSError."""
    user = user_of(users)
    if user is not None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def give_up(users: Users) -> None:
    """Go on as that user, for good, and without any capability. Raises OSError.

    In a container root may not become somebody else; what it may do goes all the same, and no
    program that is started from here gets it back.
    """
    become(users)
    keep_only(0)
    gain_nothing()


def why_not_as(users: Users) -> str:
    """What keeps that user from starting Python programs of ours; empty: nothing. Raises OSError.

    A Python in somebody's home directory can be run by nobody else.
    """
    user = user_of(users)
    if user is None:
        return ""
    program = Path(sys.executable).resolve()
    private = _private_above(program, user)
    return f"{user.pw_name} cannot run {program}, because {private} is private" if private else ""


def make_home(folder: Path, users: Users) -> None:
    """A directory for such a process, which nobody else can look into.

    Raises OSError, also where the user could not reach it: some directory above is private.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    user = user_of(users)
    if user is None:
        return
    os.chown(folder, user.pw_uid, user.pw_gid)
    private = _private_above(folder, user)
    if private is not None:
        raise PermissionError(
            f"user {user.pw_name} cannot reach {folder}, because {private} is private: "
            f"choose another --state-dir, or chmod o+x {private}"
        )


def _private_above(path: Path, user: pwd.struct_passwd) -> Path | None:
    for above in path.parents:
        found = above.stat()
        if not found.st_mode & 0o001 and found.st_uid != user.pw_uid:
            return above
    return None


def _may_become() -> bool:
    """CAP_CHOWN, CAP_SETGID and CAP_SETUID, all three."""
    needed = 1 << 0 | 1 << 6 | 1 << 7
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return int(value, 16) & needed == needed
    return False


def keep_only(capabilities: int) -> None:
    """Of all capabilities only those whose bits are set. Raises OSError."""
    header = struct.pack("=Ii", _VERSION_3, 0)
    low = struct.pack("=III", capabilities, capabilities, 0)
    checked(_libc.capset(header, low + bytes(12)), "capset")


def gain_nothing() -> None:
    """No program that is started from here has more than we have. Raises OSError."""
    checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def checked(result: int, what: str) -> None:
    """Raises OSError where a call of the C library has failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
