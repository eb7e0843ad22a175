"""Changes that people make to a folder of manifests, and how they save them."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.client import Answer, get
from bench.manifests import App, app, manifest, moved, write_apps

PATHS: Final = ("/p0", "/p1")

IsInForce = Callable[[Answer], bool]


@dataclass(frozen=True, slots=True)
class Folder:
    """The apps as they are in a folder now; edits replace items of the list."""

    place: Path
    apps: list[App]


@dataclass(frozen=True, slots=True)
class Change:
    """What to write where, and how to tell from an answer that it is in force."""

    file: Path
    text: str
    request: bytes
    is_in_force: IsInForce


def fill(place: Path, hosts: int, port: int) -> Folder:
    """Write that many apps, each with endpoints of its own."""
    folder = Folder(place, [app(number, PATHS, port) for number in range(hosts)])
    write_apps(place, folder.apps)
    return folder


def new_path(folder: Folder, number: int) -> Change:
    at = random.randrange(len(folder.apps))
    path = f"/new{number}"
    folder.apps[at] = replace(folder.apps[at], paths=(*PATHS, path))
    return _change(folder, at, path, _is_served)


def new_file(folder: Folder, number: int) -> Change:
    folder.apps.append(app(len(folder.apps), PATHS, folder.apps[0].port))
    return _change(folder, len(folder.apps) - 1, PATHS[0], _is_served)


def other_endpoints(folder: Folder, number: int) -> Change:
    at = random.randrange(len(folder.apps))
    folder.apps[at] = moved(folder.apps[at])
    return _change(folder, at, PATHS[0], is_from(folder.apps[at]))


def is_from(one: App) -> IsInForce:
    """Whether one of these endpoints has answered."""
    marks = [f"\r\nX-Endpoint: {address}\r\n".encode() for address in one.addresses]
    return lambda answer: any(mark in answer.head + b"\r\n" for mark in marks)


def by_rename(file: Path, text: str) -> float:
    """As careful programs save: a new file takes the place of the old one. The time at close()."""
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("w") as new:
        new.write(text)
        new.flush()
        begun = time.monotonic()
    fresh.replace(file)
    return begun


def in_place(file: Path, text: str) -> float:
    """As a shell does: the old file is emptied and filled again. The time at close()."""
    with file.open("w") as new:
        new.write(text)
        return time.monotonic()


Make = Callable[[Folder, int], Change]
Save = Callable[[Path, str], float]

KINDS: Final[Mapping[str, Make]] = {
    "a new path": new_path,
    "a new file": new_file,
    "other endpoints": other_endpoints,
}
SAVES: Final[Mapping[str, Save]] = {"by rename": by_rename, "in place": in_place}


def several(make: Make, folder: Folder, count: int) -> Iterator[Change]:
    """One change after another, each made when it is asked for."""
    return (make(folder, number) for number in range(count))


def _is_served(answer: Answer) -> bool:
    return answer.status == 200


def _change(folder: Folder, at: int, path: str, is_in_force: IsInForce) -> Change:
    one = folder.apps[at]
    file = folder.place / f"{one.name}.yaml"
    return Change(file, manifest(one), get(one.host, f"{path}/x"), is_in_force)
