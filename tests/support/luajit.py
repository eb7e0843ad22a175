"""The pure Lua modules, run by LuaJIT without any nginx."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from portico.engines.nginx import frames
from portico.engines.nginx.render import LUA
from portico.plan.plan import Plan

SCRIPTS = Path(__file__).parent.parent / "lua"


class Ask(NamedTuple):
    """One request for the router: host and path as nginx hands them to it."""

    scheme: str
    host: str
    path: str


class Replayed(NamedTuple):
    """The last version committed, and what was applied on the way."""

    version: int
    applied: list[tuple[str, bytes, bytes]]


def play(world: str, steps: Sequence[Sequence[object]]) -> list[Any]:
    """What each step of a story answers; see play.lua for the worlds and their steps."""
    told = {"world": world, "steps": steps}
    return json.loads(run("play.lua", json.dumps(told).encode()))


def replayed(texts: Iterable[bytes]) -> list[Replayed]:
    """What lua/frames.lua makes of each text."""
    given = "\n".join(f"={text.hex()}" for text in texts)
    found = [json.loads(line) for line in run("replay.lua", given.encode()).splitlines()]
    return [
        Replayed(
            version,
            [(verb, bytes.fromhex(key), bytes.fromhex(value)) for verb, key, value in applied],
        )
        for version, *applied in found
    ]


def routed(plan: Plan, asked: Iterable[Ask]) -> list[str]:
    """What the router says of each request: a backend's key, or a status."""
    text = frame_text(plan)
    lines = [_hex(text)]
    lines += [f"{ask.scheme} {_hex_of(ask.host)} {_hex_of(ask.path)}" for ask in asked]
    return run("route.lua", "\n".join(lines).encode()).decode().splitlines()


def frame_text(plan: Plan) -> bytes:
    """One whole commit of a plan, as the engine writes it."""
    parts = []
    for unit in frames.in_order(plan):
        key, value = frames.entry_key(unit.key), frames.entry(unit)
        if key is not None and value is not None:
            parts.append(frames.put(key, value))
    return b"".join((*parts, frames.commit(1, whole=True)))


def run(script: str, given: bytes) -> bytes:
    luajit = shutil.which("luajit")
    assert luajit, "luajit is not installed: make setup"
    command = [luajit, str(SCRIPTS / script), str(LUA)]
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _hex(data: bytes) -> str:
    return data.hex() or "-"


def _hex_of(text: str) -> str:
    # Bytes that were no UTF-8 came in as surrogates, and leave as what they were.
    return _hex(text.encode(errors="surrogateescape"))
