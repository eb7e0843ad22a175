"""Portico's table in a machine of the street, made from manifests as `portico up` makes it."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.l4 import manifests
from bench.l4.manifests import Service
from bench.l4.street import TRACKING, Lane, Street
from bench.room import RoomError
from bench.say import say


def install(street: Street, lane: Lane, services: Iterable[Service]) -> None:
    """Fill the kernel and go: a table that is kept does its work alone."""
    folder = street.room.folder(f"lane{lane.number}")
    manifests.write(folder, services)
    told = measured(street, lane, folder)
    lane.machine.sysctl(TRACKING)
    say(f"{lane.name}: {told['elements']:,} elements")


def measured(street: Street, lane: Lane, folder: Path, changes: int = 0) -> dict[str, Any]:
    """What `bench.l4.install` tells of this folder."""
    command = (sys.executable, "-m", "bench.l4.install", folder, changes)
    done = street.run(lane.machine, command)
    if done.returncode:
        raise RoomError(f"{lane.name}: {done.stdout}{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
