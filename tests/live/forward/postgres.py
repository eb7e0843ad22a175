"""A PostgreSQL of the test's own: Debian's program, as an unprivileged user, with TLS."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from live.until import until
from model.certificates import pair
from support.ports import free_port

PROGRAMS = Path("/usr/lib/postgresql")
NOBODY = "nobody"


def program(name: str) -> str:
    """Of the newest version there is."""
    versions = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    assert versions, f"no {name} below {PROGRAMS}: make setup"
    return str(versions[-1])


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._who = {"user": NOBODY, "group": pwd.getpwnam(NOBODY).pw_gid} if _is_root() else {}
        self._run("initdb", "--auth=trust", "--username=shop", "--no-locale", "--no-sync")
        certificate = pair("localhost")
        for name, content in (("server.crt", certificate.chain), ("server.key", certificate.key)):
            path = folder / "data" / name
            path.write_bytes(content)
            path.chmod(0o600)
            if _is_root():
                shutil.chown(path, NOBODY)
        words = (f"-p{self.port}", "-h127.0.0.1", f"-k{folder}", "-cssl=on", "-cfsync=off",
                 "-cmax_connections=50")  # fmt: skip
        self._process = subprocess.Popen(
            [program("postgres"), f"-D{folder}/data", *words], **self._who,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        until(self._answers, "PostgreSQL to answer")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _answers(self) -> bool:
        assert self._process.poll() is None, "PostgreSQL has ended"
        command = [program("pg_isready"), "-h127.0.0.1", f"-p{self.port}"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _run(self, name: str, *words: str) -> None:
        command = [program(name), f"-D{self._folder}/data", *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._who)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    # Not below the folder of the tests, which others may not enter.
    folder = Path(tempfile.mkdtemp(prefix="portico-postgres-"))
    if _is_root():
        shutil.chown(folder, NOBODY)
    try:
        postgres = Postgres(folder)
        try:
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder)


def psql(port: int, statement: str, *, tls: bool, stdin: bytes = b"") -> bytes:
    """What it prints, without the frame."""
    words = [f"--port={port}", "--host=127.0.0.1", "--username=shop", "--dbname=postgres",
             "--no-psqlrc", "--tuples-only", "--no-align", f"--command={statement}"]  # fmt: skip
    done = subprocess.run(
        [program("psql"), *words], input=stdin, capture_output=True, timeout=60, check=False,
        env={**os.environ, "PGSSLMODE": "require" if tls else "disable"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _is_root() -> bool:
    return os.geteuid() == 0
