"""Sockets that listen: one number on all addresses, or a reason why not."""

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from portico.forward.errors import ForwardError
from portico.forward.holder import holder_of
from portico.forward.places import Place

BACKLOG: Final = 4096
TRIES: Final = 100
"""For a number that is free on all addresses."""

_NO_FAMILY: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

PRIVILEGED_BELOW: Final = 1024
INSTEAD: Final = 8000
"""Added to a privileged port for one that anybody may have: 8080, 8443."""


class OnConflict(StrEnum):
    """What to do about a port that is taken."""

    FAIL = "fail"
    NEXT = "next"
    RANDOM = "random"


class Bound(NamedTuple):
    """One socket. `name` is as in `Forwarding from`."""

    socket: socket.socket
    name: str
    port: int


class NotBoundError(ForwardError):
    """An address and port that cannot be had."""

    def __init__(self, reason: str, hint: str = "", *, kernel: str) -> None:
        super().__init__(reason, hint)
        self.kernel = kernel
        """As Go would say it."""


class BusyError(NotBoundError):
    """Because of its port; another one may be had."""

    def __init__(self, reason: str, hint: str, port: int, *, kernel: str) -> None:
        super().__init__(reason, hint, kernel=kernel)
        self.port = port


def listen(
    local: int | str,
    places: Sequence[Place],
    on_conflict: OnConflict = OnConflict.FAIL,
    taken: Callable[[BusyError], None] = lambda _: None,
) -> tuple[Bound, ...]:
    """Raises BusyError, and ForwardError for what cannot be listened on at all.

    `taken` hears why another port is taken instead.
    """
    if isinstance(local, str):
        return (_listen_unix(local),)
    if local == 0:
        return _any_number(places)
    try:
        return _all_places(local, places)
    except BusyError as error:
        if on_conflict is OnConflict.FAIL:
            raise
        taken(error)
    if on_conflict is OnConflict.RANDOM:
        return _any_number(places)
    return _next_number(local, places)


def close_all(bound: Sequence[Bound]) -> None:
    """And no file of a socket is left behind."""
    for each in bound:
        path = each.socket.getsockname() if each.socket.family is socket.AF_UNIX else ""
        each.socket.close()
        if path:
            Path(path).unlink(missing_ok=True)


def _next_number(local: int, places: Sequence[Place]) -> tuple[Bound, ...]:
    start = local + INSTEAD if local < PRIVILEGED_BELOW else local + 1
    for number in range(start, min(start + TRIES, 65536)):
        with contextlib.suppress(BusyError):
            return _all_places(number, places)
    raise ForwardError(f"no port from {start} on is free", "say which one to take, or 0 for any")


def _any_number(places: Sequence[Place]) -> tuple[Bound, ...]:
    """What the kernel chooses for the first address may be taken on the next."""
    for _ in range(TRIES):
        first = _all_places(0, places)
        try:
            rest = _all_places(first[0].port, places, but=first[0])
        except BusyError:
            close_all(first)
            continue
        except BaseException:
            close_all(first)
            raise
        return (*first, *rest)
    raise ForwardError("no port is free on all addresses", "say which one to take")


def _all_places(
    number: int, places: Sequence[Place], but: Bound | None = None
) -> tuple[Bound, ...]:
    """Of number 0 only the first place that can be had, of others all places."""
    bound: list[Bound] = []
    absent: list[Place] = []
    try:
        for place in places:
            if but and place.named(number) == but.name:
                continue
            try:
                bound.append(_bind(place, number))
            except OSError as error:
                if not (place.is_optional and error.errno in _NO_FAMILY):
                    raise _refused(place, number, error) from None
                absent.append(place)
            if bound and number == 0:
                break
    except BaseException:
        close_all(bound)
        raise
    if not bound and but is None:
        hint = "say another one with --address"
        raise ForwardError(f"this machine does not have {absent[0].address}", hint)
    return tuple(bound)


def _bind(place: Place, number: int) -> Bound:
    made = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        made.settimeout(0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if place.family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((place.address, number))
        made.listen(BACKLOG)
    except BaseException:
        made.close()
        raise
    port: int = made.getsockname()[1]
    return Bound(made, place.named(port), port)


def _refused(place: Place, number: int, error: OSError) -> ForwardError:
    where = place.named(number)
    said = os.strerror(error.errno or 0)
    family = "tcp6" if place.family is socket.AF_INET6 else "tcp4"
    kernel = f"listen {family} {where}: bind: {said.lower()}"
    if error.errno == errno.EADDRINUSE:
        holder = holder_of(number)
        if holder.endswith(f"(process {os.getpid()})"):
            told = f"unable to listen on {where}: this command has it already"
            hint = "name each local port and address once, and 0.0.0.0 or :: without others"
            return BusyError(told, hint, number, kernel=kernel)
        told = f"{holder} has it" if holder else "another program has it"
        hint = f"take another local port, as :{number} for any, or say --on-conflict next"
        return BusyError(f"unable to listen on {where}: {told}", hint, number, kernel=kernel)
    if error.errno == errno.EACCES and number < PRIVILEGED_BELOW:
        told = f"ports below {PRIVILEGED_BELOW} are for root"
        hint = f"take another local port, as {number + INSTEAD}:{number}"
        return BusyError(f"unable to listen on {where}: {told}", hint, number, kernel=kernel)
    return NotBoundError(f"unable to listen on {where}: {said}", kernel=kernel)


def _listen_unix(name: str) -> Bound:
    """Only for this user. What a program that was killed has left is taken away."""
    path = Path(name)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(0)
        _remove_stale(path)
        before = os.umask(0o177)
        try:
            made.bind(name)
        finally:
            os.umask(before)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        said = os.strerror(error.errno) if error.errno else str(error)
        raise ForwardError(f"unable to listen on unix:{name}: {said}") from None
    except BaseException:
        made.close()
        raise
    return Bound(made, f"unix:{name}", 0)


def _remove_stale(path: Path) -> None:
    """A socket that nobody listens on. Anything else stays, and is in the way."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(0)  # where many wait already it would wait behind them
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
