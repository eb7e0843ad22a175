"""What is remembered of forwards that run in the background."""

import os
import stat
import subprocess

import msgspec
import pytest

from portico.cli.forward.child import variables
from portico.cli.forward.table import size
from portico.forward.errors import ForwardError
from portico.forward.records import Record, born, chosen, folder, keep, running
from portico.forward.told import Listening


@pytest.fixture(autouse=True)
def _runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def record(pid=None, targets=("svc/web",), since=1.0, birth=None):
    pid = pid or os.getpid()
    return Record(pid, born(pid) if birth is None else birth, since, "test", targets, ())


def test_a_file_for_each_that_runs():
    path = keep(record())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert running() == [record()]


def test_what_those_left_that_were_killed_is_removed():
    with subprocess.Popen(["true"]) as process:
        process.wait()
    paths = [keep(record(process.pid, birth="1")), folder() / "forward-1.json"]
    paths[1].write_text("no record")
    assert running() == []
    assert not any(path.exists() for path in paths)


def test_another_process_of_the_same_number_is_another_one():
    assert record().is_running
    assert not msgspec.structs.replace(record(), born="1").is_running


def test_a_zombie_does_not_run():
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert born(process.pid) == ""
    process.wait()


def test_who_is_meant():
    records = [record(10, ("svc/a", "svc/b")), record(11, ("svc/b",))]
    assert list(chosen(records, ("svc/a",))) == records[:1]
    assert list(chosen(records, ("svc/b",))) == records
    assert list(chosen(records, ("11",))) == records[1:]
    with pytest.raises(ForwardError, match="nothing that runs in the background is called svc/c"):
        list(chosen(records, ("svc/c",)))


def test_a_folder_that_is_somebody_elses(tmp_path):
    (tmp_path / "portico").symlink_to("/tmp")
    with pytest.raises(ForwardError, match="is not for this user alone"):
        folder()


def test_variables_of_a_command():
    listening = [
        Listening("svc/web", "127.0.0.1:8080", 8080, 80),
        Listening("svc/web", "[::1]:8080", 8080, 80),
        Listening("svc/db", "unix:/run/db", 0, 5432),
        Listening("svc/six", "[::1]:9000", 9000, 90),
    ]
    found = variables(listening)
    del found["PORTICO_FORWARDS"]
    assert found == {
        "PORTICO_ADDRESS": "127.0.0.1:8080", "PORTICO_HOST": "127.0.0.1", "PORTICO_PORT": "8080",
        "PORTICO_ADDRESS_2": "/run/db", "PORTICO_HOST_2": "/run/db", "PORTICO_PORT_2": "",
        "PORTICO_ADDRESS_3": "[::1]:9000", "PORTICO_HOST_3": "::1", "PORTICO_PORT_3": "9000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0,      "0 B"),
        (999,    "999 B"),
        (1000,   "1 KB"),
        (1290,   "1.29 KB"),
        (123456, "123 KB"),
        (2.5e9,  "2.5 GB"),
        (7e12,   "7 TB"),
    ],
)  # fmt: skip
def test_sizes(count, shown):
    assert size(count) == shown
