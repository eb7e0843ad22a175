"""Processes, told by what they have open: nothing a test started may outlive it."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from live.until import until


def of_folder(folder: Path) -> dict[int, str]:
    """Whoever has a file below the folder open or names it, with its title."""
    found = {}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            title = _title(process)
            if str(folder) in title or any(name.startswith(str(folder)) for name in _open(process)):
                found[int(process.name)] = title
    return found


def end_all_of(folder: Path) -> None:
    """SIGKILL until none is left: masters start workers anew."""

    def is_done() -> bool:
        left = of_folder(folder)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    until(is_done, f"all of {folder} to end")


def kill(pid: int) -> None:
    """SIGKILL, and wait for the end."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_running(pid), f"process {pid} to end")


def is_running(pid: int) -> bool:
    """Not so, once it is only waiting for somebody to ask how it ended."""
    return _state(pid) not in ("", "Z")


def owner(pid: int) -> int:
    """The user it runs as."""
    return Path(f"/proc/{pid}").stat().st_uid


def memory(pid: int) -> int:
    """Resident bytes of its own: what is shared with others is left out."""
    values = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return int(values["RssAnon"].split()[0]) * 1024


def open_files(pid: int, folder: Path) -> list[str]:
    """What it has open below a folder, be it removed already."""
    return [name for name in _open(Path(f"/proc/{pid}")) if name.startswith(f"{folder}/")]


@contextlib.contextmanager
def paused(pid: int) -> Iterator[None]:
    """Stopped for a while: others have to do its work."""
    os.kill(pid, signal.SIGSTOP)
    try:
        # Until then it may take one more connection, which nobody would serve.
        until(lambda: _state(pid) == "T", f"process {pid} to stop")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _state(pid: int) -> str:
    """One letter, as in proc(5); empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _title(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _open(process: Path) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                yield str(descriptor.readlink())
