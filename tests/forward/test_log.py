"""What is kept of what a forward in the background says."""

import stat
import sys

import click
import pytest

from portico.cli.forward.log import MOST, Log
from portico.forward.records import LOGS_STAY, log_of, remove_old_logs
from portico.lib import clock


def test_lines_with_their_time(tmp_path):
    log = Log(tmp_path / "log")
    log.write("one\n")
    log.write("two\nthree\n")
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line.split("Z ", 1)[1] for line in lines] == ["one", "two", "three"]
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_a_line_in_pieces_has_one_time(tmp_path):
    """As Python writes where an exception came from."""
    log = Log(tmp_path / "log")
    for piece in ("File ", '"x.py"', ", line 1\n  code\n", "", "Error\n"):
        log.write(piece)
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line.split("Z ", 1)[1] for line in lines] == ['File "x.py", line 1', "  code", "Error"]


def test_what_ends_a_command_is_in_it_too(tmp_path, monkeypatch):
    log = Log(tmp_path / "log")
    monkeypatch.setattr(sys, "stderr", log)
    click.echo("error: it is over", err=True)
    assert log.path.read_text().endswith("Z error: it is over\n")


def test_lines_for_programs_are_as_they_are(tmp_path):
    Log(tmp_path / "log", is_stamped=False).write('{"a": 1}\n')
    assert (tmp_path / "log").read_text() == '{"a": 1}\n'


def test_it_does_not_grow_without_end(tmp_path):
    log = Log(tmp_path / "log")
    for number in range(30_000):
        log.write(f"{number} {'x' * 80}\n")
        assert number % 1000 or log.path.stat().st_size <= MOST
    lines = log.path.read_text().splitlines()
    assert lines[-1].split()[1] == "29999"
    numbers = [int(line.split()[1]) for line in lines]
    assert numbers == list(range(numbers[0], 30_000)), "whole lines, and none is missing"
    assert log.path.stat().st_size >= MOST // 2


def test_nothing_else_is_written_over(tmp_path):
    (tmp_path / "other").write_text("precious")
    (tmp_path / "log").symlink_to("other")
    with pytest.raises(OSError, match="symbolic links"):
        Log(tmp_path / "log")
    assert (tmp_path / "other").read_text() == "precious"


def test_old_ones_are_removed(tmp_path, monkeypatch):
    dead, alive = log_of(tmp_path, 1), log_of(tmp_path, 2)
    for path in (dead, alive, alive.with_suffix(".json")):
        path.touch()
    remove_old_logs(tmp_path)
    assert dead.exists()
    later = clock.now() + LOGS_STAY + 10
    monkeypatch.setattr(clock, "now", lambda: later)
    remove_old_logs(tmp_path)
    assert not dead.exists()
    assert alive.exists()
