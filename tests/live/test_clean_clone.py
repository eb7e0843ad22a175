"""Both commands of the README, in a fresh clone with an empty environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from live.demo import Demo, try_out

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 400

pytestmark = [pytest.mark.nginx, pytest.mark.clean, pytest.mark.timeout(600)]


@pytest.fixture
def clone(root):
    """What is committed, and nothing else."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is no git repository")
    run(root, "git", "-c", "safe.directory=*", "clone", "--quiet", str(REPOSITORY), "clone")
    made = root / "clone"
    if not registry_is_there(made):
        pytest.skip("no package registry is reachable")
    return made


@pytest.fixture
def demo(root):
    made = Demo(root)
    made.environment = clean_environment() | {"TMPDIR": str(made.temporary)}
    try:
        yield made
    finally:
        made.close()


def test_the_readme(clone, demo):
    run(clone, "make", "setup")
    assert run(clone, ".venv/bin/portico", "--version").startswith("portico ")
    assert git_status(clone) == ""

    ports = (f"HTTP_PORT={demo.http}", f"HTTPS_PORT={demo.https}", f"ADMIN=127.0.0.1:{demo.admin}")
    demo.start(("make", "demo", *ports), folder=clone)
    demo.backends = []  # `make demo` has its own
    curls = [command for command in demo.commands() if command[0] == "curl"]
    assert len(curls) >= 5
    answers = [try_out(command) for command in curls]
    assert json.loads(answers[0])["name"] in ("web-1", "web-2")
    assert json.loads(answers[1])["name"] == "cart-1"
    demo.interrupt()
    demo.assert_nothing_is_left()

    told = run(clone, "make", "test", "TESTS=tests/lib")
    assert " passed" in told
    assert " failed" not in told
    assert git_status(clone) == ""


def git_status(clone: Path) -> str:
    return run(clone, "git", "-c", "safe.directory=*", "status", "--porcelain")


def registry_is_there(clone: Path) -> bool:
    """Whether one small package that is needed anyway can be had."""
    needed = clone / "requirements" / "dev.txt"
    small = next(line for line in needed.read_text().splitlines() if line.startswith("iniconfig=="))
    tried = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "0",
         "--timeout", "10", "--no-cache-dir", "--dest", str(clone.parent / "tried"),
         small.split()[0]],
        check=False, capture_output=True, timeout=60, env=clean_environment(),
    )  # fmt: skip
    return tried.returncode == 0


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        env=clean_environment(),
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def clean_environment() -> dict[str, str]:
    """Without what make, pytest or an active environment have left for their children."""
    ours = ("MAKE", "MFLAGS", "PYTEST", "PYTHON", "VIRTUAL_ENV", "COV", "PORTICO", "GIT_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
