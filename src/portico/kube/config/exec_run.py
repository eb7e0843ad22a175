"""Runs an exec plugin once."""

import asyncio
import os
import sys
from typing import Final

from msgspec import Struct

from portico.kube.config.errors import CredentialError
from portico.kube.config.exec_credential import ClusterTold, question
from portico.lib.shorten import shown

LONGEST_OUTPUT: Final = 1 << 20
"""Bytes of an answer."""

LONGEST_COMPLAINT: Final = 500
"""Characters that a message repeats of what a plugin complains; all of it is passed on."""


class Plugin(Struct, frozen=True):
    """What to run. The mode is Never, IfAvailable or Always: whether it may ask a person."""

    command: tuple[str, ...]
    version: str
    environment: tuple[tuple[str, str], ...] = ()
    cluster: ClusterTold | None = None
    install_hint: str = ""
    interactive_mode: str = "IfAvailable"

    @property
    def name(self) -> str:
        return shown(self.command[0])

    def __repr__(self) -> str:
        return f"Plugin({self.name})"  # arguments and environment may be secret


async def run(plugin: Plugin, patience: float) -> bytes:
    """What it prints; what it complains also goes to our stderr. Raises CredentialError."""
    is_interactive = _is_interactive(plugin)
    child = await _start(plugin, is_interactive=is_interactive)
    try:
        # Who speaks with a person takes as long as the person does.
        async with asyncio.timeout(None if is_interactive else patience):
            output, complaint = await _listen(child)
            status = await child.wait()
    except TimeoutError:
        told = f"the credential plugin {plugin.name} gave no answer in {patience:.0f} s"
        raise CredentialError(told, "run it by hand to see what it waits for") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if status:
        raise CredentialError(_failure(plugin, status, complaint), plugin.install_hint)
    if len(output) > LONGEST_OUTPUT:
        raise CredentialError(f"the credential plugin {plugin.name} printed more than 1 MiB")
    return output


def _is_interactive(plugin: Plugin) -> bool:
    try:
        has_terminal = sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        has_terminal = False
    if plugin.interactive_mode == "Always" and not has_terminal:
        told = f"the credential plugin {plugin.name} has to ask a person, and there is no terminal"
        raise CredentialError(told, "start this from a terminal")
    return has_terminal and plugin.interactive_mode != "Never"


async def _start(plugin: Plugin, *, is_interactive: bool) -> asyncio.subprocess.Process:
    asked = question(plugin.version, plugin.cluster, is_interactive=is_interactive)
    environment = os.environ | dict(plugin.environment) | {"KUBERNETES_EXEC_INFO": asked}
    try:
        return await asyncio.create_subprocess_exec(
            *plugin.command,
            stdin=None if is_interactive else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=None if is_interactive else asyncio.subprocess.PIPE,
            env=environment,
        )
    except FileNotFoundError:
        hint = plugin.install_hint or "install it, or see that PATH has its folder"
        raise CredentialError(f"there is no credential plugin {plugin.name}", hint) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        told = f"the credential plugin {plugin.name} cannot be started: {error}"
        raise CredentialError(told, plugin.install_hint) from None


async def _listen(child: asyncio.subprocess.Process) -> tuple[bytes, str]:
    assert child.stdout
    async with asyncio.TaskGroup() as group:
        complaint = group.create_task(_pass_on(child.stderr))
        output = await _read_all(child.stdout)
    return output, complaint.result()


async def _read_all(stream: asyncio.StreamReader) -> bytes:
    """A little more than the longest at most; the rest is read and dropped."""
    output = bytearray()
    while part := await stream.read(1 << 16):
        output += part[: LONGEST_OUTPUT + 1 - len(output)]
    return bytes(output)


async def _pass_on(stream: asyncio.StreamReader | None) -> str:
    """Write to our stderr what comes; the end of it is for the message."""
    tail = ""
    while stream and (part := await stream.read(1 << 12)):
        text = part.decode(errors="replace")
        tail = (tail + text)[-LONGEST_COMPLAINT:]
        sys.stderr.write(text)
        sys.stderr.flush()
    return tail


def _failure(plugin: Plugin, status: int, complaint: str) -> str:
    ended = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
    told = f"the credential plugin {plugin.name} {ended}"
    last = next((line for line in reversed(complaint.splitlines()) if line.strip()), "")
    return f"{told}: {shown(last.strip())}" if last else told
