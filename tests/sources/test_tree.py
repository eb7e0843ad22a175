"""Which files are found, and what happens to those that cannot be seen for a while."""

import errno
import os
from pathlib import Path

import pytest

from portico.sources.folder import tree as module
from portico.sources.folder.files import Content, read_file
from portico.sources.folder.tree import is_below, survey
from portico.sources.text.wording import Broken
from sources.following import live, read_once, service, service_ref


class Failing:
    """Fails to list some folders, as a disk or a network may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folders: set[str] = set()
        self._scandir = os.scandir
        monkeypatch.setattr(module.os, "scandir", self.scandir)

    def scandir(self, path: str):
        if str(path) in self.folders:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self._scandir(path)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    return Failing(monkeypatch)


async def test_a_folder_that_cannot_be_listed_keeps_what_it_held(folder: Path, failing: Failing):
    (folder / "sub").mkdir()
    (folder / "sub" / "a.yaml").write_text(service("a", 1))
    async with live(folder, rescan=0.01) as told:
        failing.folders.add(str(folder / "sub"))
        await told.until(lambda told: told.reasons(folder / "sub"))
        (folder / "b.yaml").write_text(service("b"))
        await told.until(lambda told: told.port("b"))
        (folder / "b.yaml").unlink()
        await told.until(lambda told: told.drops)
        assert told.drops == [service_ref("b")]
        assert told.reasons(folder / "sub") == ["cannot be read: input/output error"]
        failing.folders.clear()
        await told.until(lambda told: not told.reasons(folder / "sub"))
        assert told.drops == [service_ref("b")]


async def test_a_file_that_cannot_be_read_keeps_what_it_held(folder: Path, tmp_path: Path):
    path = folder / "a.yaml"
    path.write_text(service("a", 1))
    async with live(folder) as told:
        (tmp_path / "memory").symlink_to("/proc/self/mem")  # nothing can be read at its beginning
        (tmp_path / "memory").rename(path)
        await told.until(lambda told: told.reasons(path))
        assert told.reasons(path) == ["cannot be read: input/output error"]
        assert told.port("a") == 1


async def test_a_file_whose_size_is_not_told(folder: Path):
    (folder / "a.yaml").symlink_to("/proc/self/comm")
    told = await read_once(folder)
    assert told.reasons(folder / "a.yaml") == ["is not a mapping"]


def test_read_file(tmp_path: Path):
    path = tmp_path / "a"
    assert read_file(str(path)) is None
    assert read_file(str(path / "b")) is None
    path.write_bytes(b"x" * 100_000)
    content = read_file(str(path))
    assert isinstance(content, Content)
    assert content.text == b"x" * 100_000
    assert content.stamp.size == 100_000
    assert read_file(str(path / "b")) is None
    assert isinstance(read_file(str(tmp_path)), Broken)


def test_many_folders_that_link_to_each_other(tmp_path: Path):
    names = [f"d{number}" for number in range(20)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").touch()
        for other in names:
            (tmp_path / name / f"to-{other}").symlink_to(tmp_path / other)
    entered: list[str] = []
    tree = survey([str(tmp_path)], lambda folder, node: entered.append(folder))
    assert len(tree.files) == len(names)
    assert len(entered) == len(names) + 1


BELOW = [
    ("a", {"a"}, True),
    ("a/b/c", {"a"}, True),
    ("ab", {"a"}, False),
    ("/a/b", {"/"}, True),
    ("/a/b", {"a"}, False),
    ("a.yaml", {"."}, True),
    ("/a.yaml", {"."}, False),
    ("a", set(), False),
]


@pytest.mark.parametrize(("path", "folders", "expected"), BELOW)
def test_is_below(path: str, folders: set[str], expected: bool):
    assert is_below(path, folders) is expected
