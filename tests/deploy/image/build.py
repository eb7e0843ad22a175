"""deploy/Dockerfile, built by buildah on a base that debootstrap makes of Debian's own packages."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from deploy.rendered import DEPLOY

TOOLS = ("buildah", "debootstrap", "unshare")
BASE = "localhost/debian:bookworm"
IMAGE = "localhost/portico:test"
PATIENCE = 400
"""Seconds for one step, which fetches packages."""


class Image(NamedTuple):
    """What a runtime is told of it."""

    root: Path
    entrypoint: tuple[str, ...]
    user: str
    """UID:GID."""

    environment: dict[str, str]


def what_is_missing() -> str:
    """Why no image can be built here; empty if one can."""
    if os.geteuid():
        return "an image is built by root"
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"no {', '.join(missing)}: make image"
    mounting = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False)
    return "this machine lets nobody mount" if mounting.returncode else ""


@contextmanager
def built(folder: Path) -> Iterator[Image]:
    """Everything is in the folder, and nothing of it is mounted afterwards."""
    store = _Store(folder)
    _make_base(store, folder / "base")
    told = f"DEBIAN={BASE}"
    store.run("bud", "--isolation=chroot", "--network=host", "--format=docker", "--build-arg", told,
              "--file", str(DEPLOY / "Dockerfile"), "--tag", IMAGE, str(DEPLOY.parent))  # fmt: skip
    config = json.loads(store.run("inspect", "--type=image", IMAGE))["OCIv1"]["config"]
    container = store.run("from", IMAGE)
    root = Path(store.run("mount", container))
    try:
        yield Image(
            root,
            tuple(config["Entrypoint"]),
            config["User"],
            dict(each.split("=", 1) for each in config["Env"]),
        )
    finally:
        store.run("umount", container)


def _make_base(store: "_Store", folder: Path) -> None:
    """What `debian:12-slim` has, but for the documentation that it leaves out."""
    _run("debootstrap", "--variant=minbase", "bookworm", str(folder))
    # That of this machine came along; whoever runs a container brings its own.
    (folder / "etc" / "resolv.conf").unlink(missing_ok=True)
    made = store.run("from", "scratch")
    store.run("copy", made, str(folder), "/")
    # Where packages come through somebody who vouches for themselves, pip has to be told here, too.
    if authority := os.environ.get("PIP_CERT"):
        store.run("copy", made, authority, "/etc/authority.crt")
        store.run("config", "--env", "PIP_CERT=/etc/authority.crt", made)
    store.run("commit", made, BASE)
    store.run("rm", made)
    shutil.rmtree(folder)


class _Store:
    """Images and containers in a folder, away from those of the machine."""

    def __init__(self, folder: Path) -> None:
        self._options = (f"--root={folder / 'store'}", f"--runroot={folder / 'run'}")

    def run(self, *words: str) -> str:
        """The last line it says. Raises AssertionError with all of it where it fails."""
        return _run("buildah", *self._options, *words)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout.strip()
