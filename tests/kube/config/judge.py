"""The real kubectl, asked the same as we are."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

PATIENCE = 60


class Told(NamedTuple):
    code: int
    out: str
    error: str


def kubectl_path():
    """The newest, where kubectl is one that asks the server which version it wants."""
    found = shutil.which("kubectl")
    if not found:
        pytest.skip("needs kubectl")
    versions = Path(found).resolve().parent.glob("kubectl.1.*")
    newest = max(versions, key=lambda path: int(path.suffix.strip(".")), default=None)
    return newest or Path(found)


async def kubectl(*arguments, stdin=asyncio.subprocess.DEVNULL, **variables):
    """With no environment but these variables."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | variables
    child = await asyncio.create_subprocess_exec(
        kubectl_path(),
        *arguments,
        env=environment,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, error = await child.communicate()
    return Told(child.returncode, out.decode(), error.decode())


async def viewed(*options, **variables):
    """`kubectl config view`, as a value."""
    told = await kubectl("config", "view", "-o", "json", *options, **variables)
    assert told.code == 0, told.error
    return json.loads(told.out)


def write(path, cluster, user=None, **more):
    """A kubeconfig with one context, whose cluster and user are these."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": "t"} if user is None else user}],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document | more))
    return path
