"""The inside of a process that outlives Portico: its socket, its pid file, its privileges."""

import asyncio
import contextlib
import os
import pwd
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NoReturn

LONGEST_REQUEST: Final = 64 << 20

Caller = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listen(socket: Path, serve: Caller) -> asyncio.Server:
    """Take the place of a predecessor's socket in one step; only our own user may call.

    Raises OSError.
    """
    new = socket.with_name(f".{socket.name}.new")
    new.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, str(new), limit=LONGEST_REQUEST)
    new.chmod(0o600)
    new.replace(socket)
    return server


def say_ready() -> None:
    """Tell who started us; nothing more is said on stdout, which leads nowhere from now on."""
    sys.stdout.write("ready")
    sys.stdout.flush()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def say_no(trouble: OSError) -> NoReturn:
    """Tell who started us why we cannot; ends the process."""
    sys.stdout.write(str(trouble))
    sys.stdout.flush()
    raise SystemExit(1)


def until_term() -> asyncio.Event:
    """Set on SIGTERM."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    return told


def user_of(users: tuple[str, ...]) -> pwd.struct_passwd | None:
    """The first of these users that exists, if we are root and have anything to give up.

    Raises OSError where none exists: better no process than one of root's.
    """
    if os.geteuid() != 0:
        return None
    for name in users:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PermissionError(f"there is no user {' or '.join(users)} to run as")


def drop_privileges(users: tuple[str, ...]) -> None:
    """Go on as that user, for good. Raises OSError."""
    user = user_of(users)
    if user is not None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def why_not_as(users: tuple[str, ...]) -> str:
    """What keeps that user from starting Python programs of ours; empty: nothing. Raises OSError.

    A Python in somebody's home directory can be run by nobody else.
    """
    user = user_of(users)
    if user is None:
        return ""
    program = Path(sys.executable).resolve()
    private = _private_above(program, user)
    return f"{user.pw_name} cannot run {program}, because {private} is private" if private else ""


def make_home(folder: Path, users: tuple[str, ...]) -> None:
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
