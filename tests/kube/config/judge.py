"""The real kubectl, asked the same as we are."""

import asyncio
import json
import os
from typing import NamedTuple

import yaml

from support.kubectl import kubectl as program

PATIENCE = 60


class Told(NamedTuple):
    code: int
    out: str
    error: str


async def kubectl(*arguments, stdin=asyncio.subprocess.DEVNULL, **variables):
    """With no environment but these variables."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | variables
    child = await asyncio.create_subprocess_exec(
        program(),
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
