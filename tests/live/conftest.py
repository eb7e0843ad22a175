"""The program in a folder of its own, and echo backends for it to serve."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from live import farm
from live.program import Program
from model.certificates import pair

NAMES = ("a", "b", "c", "d", "slow")


@pytest.fixture
def root():
    """Short, as the path of a unix socket may have 107 bytes; and others may look into it."""
    folder = Path(tempfile.mkdtemp(prefix="portico-live-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def program(root):
    made = Program(root)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def ports() -> Mapping[str, int]:
    """Where the echo backends are: a to d and slow; v6 on ::1; tls speaks HTTPS."""
    with tempfile.TemporaryDirectory() as folder:
        made = pair("endpoint.example")
        Path(folder, "tls.crt").write_bytes(made.chain)
        Path(folder, "tls.key").write_bytes(made.key)
        wanted = [*(f"{name}=127.0.0.1" for name in NAMES), "v6=::1", f"tls=127.0.0.1={folder}"]
        command = [sys.executable, farm.__file__, *wanted]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        ) as process:
            assert process.stdout
            yield json.loads(process.stdout.readline())
            assert process.stdin
            process.stdin.close()
