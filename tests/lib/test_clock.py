"""The wall clock."""

from pathlib import Path

from portico.lib.clock import now


def test_agrees_with_the_file_system(tmp_path: Path) -> None:
    before = now()
    (tmp_path / "file").touch()
    assert abs((tmp_path / "file").stat().st_mtime - before) < 60
    assert now() >= before
