"""One `portico up`: its manifests, its state and its ports, in a folder of its own."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from live import processes
from live.ports import free_ports
from live.until import PATIENCE, until
from support.client import Response, fetch

PORTICO = (sys.executable, "-m", "portico")

ON_THIS_MACHINE = (
    "--bind", "127.0.0.1",
    "--bind", "::1",
    "--workers", "2",
    "--grace", "2",
    # The kernel of this machine is not for tests, and two Porticos would fight over it.
    "--only", "http",
)  # fmt: skip


class Program:
    """Started, asked, killed and started again by a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "manifests"
        self.state = root / "state"
        self.log = root / "portico.log"
        self.http, self.https, self.admin = free_ports(3)
        self.prefix: Sequence[str] = ()
        self.where: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
        """Enters the network namespace it lives in, where that is not the one of the tests."""

        self.defaults: Sequence[str] = ON_THIS_MACHINE
        self.origin: Sequence[str] = (str(self.folder),)
        """What it is told to read."""

        self.process: subprocess.Popen[bytes] | None = None
        self.folder.mkdir()

    def save(self, name: str, *documents: str, by_rename: bool = False) -> Path:
        """Write a file of manifests; by rename, as careful programs do."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        text = "---\n".join(documents)
        if by_rename:
            draft = path.with_name(f".{path.name}.draft")
            draft.write_text(text)
            draft.replace(path)
        else:
            path.write_text(text)
        return path

    def launch(self, *options: str) -> None:
        """Start it, and do not wait for anything."""
        command = (
            *self.prefix, *PORTICO, "up", *self.origin,
            "--http-port", str(self.http),
            "--https-port", str(self.https),
            "--admin", f"127.0.0.1:{self.admin}",
            "--state-dir", str(self.state),
            *self.defaults,
            *options,
        )  # fmt: skip
        # A session of its own: Ctrl-C in the terminal of the tests is not meant for it.
        with self.log.open("ab") as log, self.where():
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, cwd=self.root
            )

    def start(self, *options: str) -> None:
        """Start it, and wait until everything is served."""
        self.launch(*options)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        until(self._is_ready_or_ended, f"readiness\n{self.logged()}")
        assert self.is_running, self.logged()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self.asked("/readyz").status == 200
        return False

    def ended(self, patience: float = PATIENCE) -> int:
        """Its exit code, once it has ended by itself."""
        assert self.process
        return self.process.wait(patience)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.ended()

    def kill(self) -> None:
        """`kill -9` of the controller alone."""
        assert self.process
        self.process.kill()
        self.process.wait(PATIENCE)

    def kill_all(self) -> None:
        """As if the power failed: the controller, nginx and its workers."""
        self.kill()
        processes.end_all_of(self.root)

    def logged(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def asked(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        """What the admin port says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=PATIENCE)
        with contextlib.closing(connection):
            with self.where():
                connection.connect()
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Response(answer.status, tuple(answer.getheaders()), answer.read())

    def status(self) -> dict[str, Any]:
        found = json.loads(self.asked("/status").body)
        assert isinstance(found, dict)
        return found

    def figures(self) -> dict[str, Any]:
        """What the nginx engine has counted."""
        engines = self.status()["engines"]
        found = next(each["figures"] for each in engines if each["name"] == "nginx")
        assert isinstance(found, dict)
        return found

    def metrics(self) -> str:
        return self.asked("/metrics").body.decode()

    def problems(self) -> list[dict[str, Any]]:
        found = self.status()["problems"]
        assert isinstance(found, list)
        return found

    @property
    def master(self) -> int | None:
        """The process id of nginx, if it runs."""
        try:
            pid = int((self.state / "nginx" / "nginx.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if processes.is_running(pid) else None

    @property
    def workers(self) -> list[int]:
        master = self.master
        assert master, "nginx does not run"
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def get(self, host: str, target: str = "/", **more: Any) -> Response:
        """One request to the entry, on a connection of its own."""
        port = self.https if more.get("tls") else self.http
        with self.where():
            return fetch(port, target, host, **more)

    def name(self, host: str, target: str = "/", **more: Any) -> str:
        """Which backend answers; the status, where none does."""
        try:
            found = self.get(host, target, **more)
        except OSError as error:
            return type(error).__name__
        return found.header("X-Echo-Name") or str(found.status)

    def until_served(self, host: str, target: str, name: str, **more: Any) -> None:
        """Until this backend (or status) answers, and it alone."""
        # Two workers, and endpoints in turn: four in a row leave nobody out.
        until(
            lambda: [self.name(host, target, **more) for _ in range(4)] == [name] * 4,
            f"{host}{target} to be answered by {name}, not {self.name(host, target, **more)}",
        )

    def close(self) -> None:
        """End everything, whatever the test has left; tell what was logged, for one that failed."""
        if self.process:
            self.process.kill()
            self.process.wait(PATIENCE)
        processes.end_all_of(self.root)
        sys.stdout.write(self.logged())
        errors = self.state / "nginx" / "error.log"
        if os.access(errors, os.R_OK):
            sys.stdout.write(errors.read_text())

    def _is_ready_or_ended(self) -> bool:
        return self.is_ready or not self.is_running
