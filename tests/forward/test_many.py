"""Several targets, several pods, and what else goes on beside them."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from forward.conftest import PORTICO, answer
from live.until import until
from support.kubelet.apps import GREETINGS, HTTP, ORDERS
from support.kubelet.workloads import port
from support.orders import asked, connected, ordered


def names(process, count):
    return [answer(process) for _ in range(count)]


def test_several_targets(place, portico):
    place.start("web-1")
    place.start("db-0", app="db")
    place.serve()
    place.serve("db", port(7, ORDERS), app="db")
    process = portico("svc/web", ":80", "svc/db", ":7").until_listening(lines=4)
    assert answer(process) == "web-1"
    with ordered(process.local[ORDERS], "bytes 10") as connection:
        assert len(connection.recv(100)) == 10


def test_one_that_cannot_be_found_ends_all(place, portico):
    place.start("web-1")
    place.serve()
    process = portico("svc/web", ":80", "svc/nope", ":80")
    assert process.ended() == 1
    assert process.err == ['Error from server (NotFound): services "nope" not found']


def test_by_labels(place, portico):
    place.start("other-1", app="other")
    place.start("web-1")
    process = portico("-l", "app=web", ":http").until_listening()
    assert answer(process) == "web-1"
    place.start("web-2")
    place.remove("web-1")
    until(lambda: process.err, "it to be told")
    assert answer(process) == "web-2"


def test_all_ports(place, portico):
    place.start("web-1")
    process = portico("web-1", "--all-ports", "--on-conflict=random").until_listening(lines=6)
    assert process.local.keys() == {HTTP, ORDERS, GREETINGS}


def test_balance(place, portico):
    for number in (1, 2, 3):
        place.start(f"web-{number}")
    place.serve()
    process = portico("svc/web", ":80", "--balance=round-robin").until_listening()
    assert sorted(names(process, 6)) == ["web-1"] * 2 + ["web-2"] * 2 + ["web-3"] * 2
    place.leave("web-2")
    until(lambda: process.err, "it to be told")
    assert set(names(process, 6)) == {"web-1", "web-3"}


def test_so_many_pods(place, portico):
    for number in (1, 2, 3):
        place.start(f"web-{number}")
    place.serve()
    process = portico("svc/web", ":80", "--pods", "2").until_listening()
    assert len(set(names(process, 6))) == 2


def test_one_pod_without_being_told(place, portico):
    for number in (1, 2, 3):
        place.start(f"web-{number}")
    place.serve()
    assert len(set(names(portico("svc/web", ":80").until_listening(), 6))) == 1


@pytest.fixture
def environment(place, tmp_path):
    return {"KUBECONFIG": str(place.kubeconfig), "XDG_RUNTIME_DIR": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}  # fmt: skip


@pytest.fixture
def run(environment):
    """A `portico forward` that ends by itself."""

    def run(*words):
        return subprocess.run(
            [PORTICO, "forward", *words], env=environment, capture_output=True, text=True,
            timeout=60, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    return run


class TestCommand:
    """-- COMMAND."""

    def test_runs_while_it_is_up(self, place, run):
        place.start("web-1")
        text = (
            "import os, urllib.request as r;"
            "print(r.urlopen('http://' + os.environ['PORTICO_ADDRESS']).read().decode());"
            "print(os.environ['PORTICO_HOST'], os.environ['PORTICO_PORT_2'].isdecimal());"
            "raise SystemExit(7)"
        )
        done = run("web-1", f":{HTTP}", f":{ORDERS}", "--", sys.executable, "-c", text)
        assert (done.stdout, done.returncode) == ("web-1\n127.0.0.1 True\n", 7)
        assert "Forwarding from 127.0.0.1:" in done.stderr

    def test_options_behind_it_are_its_own(self, place, run):
        place.start("web-1")
        done = run("-q", "web-1", f":{HTTP}", "--", "printf", "%s", "--", "-n")
        assert (done.stdout, done.stderr, done.returncode) == ("---n", "", 0)

    def test_its_signal(self, place, run):
        place.start("web-1")
        assert run("web-1", f":{HTTP}", "--", "sh", "-c", "kill -9 $$").returncode == 128 + 9

    def test_a_command_that_is_not_there(self, place, run):
        place.start("web-1")
        done = run("-q", "web-1", f":{HTTP}", "--", "no-such-command")
        assert done.returncode == 127
        assert done.stderr == "error: no-such-command: No such file or directory\n"

    def test_signals_are_passed_on(self, place, portico):
        place.start("web-1")
        script = "trap 'echo got it; exit 3' TERM; echo up; while :; do read -t 1 _; done"
        process = portico("web-1", f":{HTTP}", "--", "bash", "-c", script)
        until(lambda: "up" in process.out, "the command")
        assert process.signalled(signal.SIGTERM) == 3
        assert process.out[-1] == "got it"


class TestBackground:
    """--background, list and stop."""

    def test_from_start_to_stop(self, place, run, tmp_path):
        place.start("web-1")
        place.serve()
        started = run("svc/web", ":80", "--background")
        assert (started.returncode, started.stderr) == (0, "")
        local = int(started.stdout.split()[2].rpartition(":")[2])
        try:
            assert asked(local) == "web-1", "it is ready when the command returns"
            (record,) = json.loads(run("list", "-o", "json").stdout)
            assert record["targets"] == ["svc/web"]
            (path,) = (tmp_path / "portico").glob("forward-*.json")
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            assert f"127.0.0.1:{local}->{HTTP}" in run("list").stdout
        finally:
            stopped = run("stop", "svc/web")
        assert (stopped.stdout, stopped.returncode) == (f"stopped {record['pid']} (svc/web)\n", 0)
        assert run("list").stdout.split() == ["PID", "AGE", "TARGETS", "LISTENING", "FROM"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", local))

    def test_a_proxy(self, place, run):
        place.start("web-1")
        place.serve()
        started = run("--socks=0", "--background")
        assert started.returncode == 0
        try:
            local = started.stdout.splitlines()[0].rpartition(":")[2]
            asking = ["curl", "-sS", "--socks5-hostname", f"127.0.0.1:{local}", "http://web/"]
            assert subprocess.check_output(asking, text=True, timeout=60) == "web-1"
            assert f"socks 127.0.0.1:{local}" in run("list").stdout
        finally:
            assert run("stop", "socks").returncode == 0

    def test_what_is_wrong_is_told(self, place, run):
        failed = run("svc/nope", ":80", "--background")
        assert failed.returncode == 1
        assert failed.stderr == 'Error from server (NotFound): services "nope" not found\n'

    def test_several_and_all(self, place, run):
        place.start("web-1")
        for _ in range(2):
            assert run("web-1", f":{HTTP}", "--background").returncode == 0
        assert len(json.loads(run("list", "-o", "json").stdout)) == 2
        assert run("stop", "--all").returncode == 0
        assert run("list", "-o", "json").stdout == "[]\n"

    def test_nobody_of_that_name(self, run):
        done = run("stop", "svc/nope")
        assert done.returncode == 1
        assert done.stderr == "error: nothing that runs in the background is called svc/nope\n"

    def test_what_it_says_later_is_in_a_file(self, place, run, tmp_path):
        place.start("web-1")
        started = run("web-1", ":9999", "--background")
        local = int(started.stdout.split()[2].rpartition(":")[2])
        try:
            (record,) = json.loads(run("list", "-o", "json").stdout)
            log = Path(record["log"])
            assert log.parent == tmp_path / "portico"
            assert stat.S_IMODE(log.stat().st_mode) == 0o600
            with pytest.raises(ConnectionResetError), connected(local) as connection:
                connection.recv(1)
            until(lambda: len(log.read_text().splitlines()) == 2, "both to be told")
            handling, refused = log.read_text().splitlines()
            time = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ "
            assert re.fullmatch(f"{time}Handling connection for {local}", handling)
            assert re.match(f"{time}an error occurred forwarding {local} -> 9999: ", refused)
        finally:
            run("stop", "--all")
        assert list(log.parent.iterdir()) == []

    def test_the_file_of_one_that_was_killed_stays(self, place, run):
        place.start("web-1")
        run("web-1", f":{HTTP}", "--background")
        (record,) = json.loads(run("list", "-o", "json").stdout)
        os.kill(record["pid"], signal.SIGKILL)
        until(lambda: run("list", "-o", "json").stdout == "[]\n", "it to be gone")
        assert Path(record["log"]).exists()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_who_gives_up_waiting_leaves_nothing_behind(self, place, portico, run, number):
        place.start("web-1", is_ready=False)
        process = portico("web-1", f":{HTTP}", "--wait", "--background")
        until(lambda: place.server.watching("pods"), "it to wait")
        # What it has started has its output as well: it is read to the end when that is gone, too.
        assert process.signalled(number) == 128 + number
        until(lambda: not place.server.watching("pods"), "it to leave")
        assert process.err[1:] == []
        assert run("list", "-o", "json").stdout == "[]\n"

    def test_a_folder_that_others_could_write(self, place, run, tmp_path):
        (tmp_path / "portico").mkdir(mode=0o755)
        place.start("web-1")
        done = run("web-1", f":{HTTP}", "--background")
        assert (done.returncode, done.stdout) == (1, "")
        assert "is not for this user alone" in done.stderr


def test_a_file(place, portico, tmp_path):
    place.start("web-1")
    place.start("db-0", app="db")
    place.serve()
    file = tmp_path / "forwards.yaml"
    file.write_text(f"""
forwards:
  - {{target: svc/web, ports: [":80"]}}
  - {{selector: app=db, ports: [":{GREETINGS}"]}}
""")
    process = portico("-f", str(file), "web-1", f":{ORDERS}").until_listening(lines=6)
    assert answer(process) == "web-1"
    assert process.local.keys() == {HTTP, GREETINGS, ORDERS}
    file.write_text("forwards:\n  - {target: svc/web}\n")
    process = portico("-f", str(file))
    assert process.ended() == 2
    assert process.err == [f"error: {file}:2: forwards[0]: say ports, or allPorts"]
    file.write_text("forwards:\n  - {target: svc/web, ports: [80]}\n")
    process = portico("-f", str(file), "--pods=2")
    assert process.ended() == 2
    assert process.err == [
        "error: --pods is for targets that are named here", "hint: say it in the file",
    ]  # fmt: skip
