"""Files that are either old or new."""

import os
from pathlib import Path

import pytest

from portico.lib.atomic_file import write_atomic


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_has_its_mode_from_the_start(tmp_path: Path, mode: int) -> None:
    before = os.umask(0)
    try:
        write_atomic(tmp_path / "state", b"secret", mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "state").stat().st_mode & 0o777 == mode


def test_what_a_killed_writer_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".state.new").write_bytes(b"half a f")
    write_atomic(tmp_path / "state", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_link_left_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / ".state.new").symlink_to("elsewhere")
    write_atomic(tmp_path / "state", b"new")
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_a_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()  # a file cannot take a folder's place
    with pytest.raises(OSError, match="directory"):
        write_atomic(folder, b"new")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_missing_folder_is_the_callers_trouble(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "missing" / "state", b"new")
