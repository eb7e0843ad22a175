"""What is seen at a terminal, and how little it takes to get there."""

import os
import pty
import re
import subprocess
import sys
import termios

import pytest

from forward.conftest import PORTICO
from live.until import until
from support.kubelet.apps import HTTP
from support.orders import asked

HEAVY = {"aiohttp", "cryptography", "prometheus_client", "dns", "asyncinotify", "urllib3"}
FOREIGN = {"portico.compiler", "portico.sources", "portico.plan", "portico.store", "portico.model"}


@pytest.fixture
def terminal(place, tmp_path):
    """A forward that somebody sits in front of: the process, and what is on the screen so far."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "COLUMNS": "200"}
    shown = []

    def start(*words, by=(), **size):
        environment.update(size)
        command = [*by, PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", *words]
        process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        started.append(process)
        return process

    def screen():
        os.set_blocking(ours, False)
        try:
            while part := os.read(ours, 65536):
                shown.append(part.decode())
        except BlockingIOError:
            pass
        return _rendered("".join(shown))

    started = []
    start.terminal = theirs
    yield start, screen
    for process in started:
        process.terminate()
        process.wait(30)
    os.close(theirs)
    os.close(ours)


def _rendered(text):
    """The lines that are left on a screen: the table erases itself by moving left and up."""
    lines = [""]
    for up, piece in re.findall(r"(?:\r\x1b\[(\d+)A\x1b\[J)|((?:(?!\r\x1b)[^\x1b])+)", text):
        if up:
            lines = [*lines[: len(lines) - 1 - int(up)], ""]
        else:
            first, *rest = piece.replace("\r\n", "\n").split("\n")
            lines[-1] += first
            lines += rest
    return [line for line in lines if line]


def test_a_table_below_the_lines(place, terminal):
    place.start("web-1")
    place.start("web-2")
    place.serve()
    start, screen = terminal
    start("svc/web", ":80")
    until(lambda: len(screen()) == 4, "the table")
    v4, v6, head, row = screen()
    local = re.fullmatch(rf"Forwarding from 127\.0\.0\.1:(\d+) -> {HTTP}", v4)[1]
    assert v6 == f"Forwarding from [::1]:{local} -> {HTTP}"
    assert head.split() == [
        "TARGET", "POD", "LOCAL", "CONN", "SENT", "RECEIVED", "RATE", "STATE"
    ]  # fmt: skip
    assert row.split() == ["svc/web", "web-1", local, "0", "0", "B", "0", "B", "0", "B/s",
                           "connected"]  # fmt: skip
    for _ in range(30):
        asked(int(local))
    # An answer has 43 bytes.
    until(lambda: screen()[-1].split()[6:8] == ["1.29", "KB"], "the bytes to be counted")
    place.leave("web-1")
    until(lambda: len(screen()) == 5 and screen()[4].split()[1] == "web-2", "the next pod")
    assert screen()[2] == "svc/web: new connections go to web-2"


def test_waiting_is_told_in_the_table(place, terminal):
    place.start("web-1")
    place.serve()
    start, screen = terminal
    process = start("svc/web", ":80")
    until(lambda: len(screen()) == 4, "the table")
    place.remove("web-1")
    until(lambda: screen()[-1].split()[-1] == "waiting", "it to wait")
    process.send_signal(2)
    assert process.wait(30) == 0


def test_a_terminal_that_is_too_low(place, terminal):
    """A table that fills it would be left in its history with each drawing."""
    place.start("web-1")
    place.start("web-2")
    start, screen = terminal
    start("web-1", *(f":{HTTP}",), *(["pod/web-1", f":{HTTP}"] * 6), "pod/web-2", f":{HTTP}",
          LINES="8")  # fmt: skip
    until(lambda: screen()[-1:] == ["... and 4 more"], "the table")
    assert [line.split()[0] for line in screen()[16:]] == ["TARGET", *["pod/web-1"] * 4, "..."]
    place.remove("web-2")
    # What is in trouble is not among those that are left out.
    until(lambda: screen()[-2].split()[0] == "pod/web-2", "the one that waits to be shown")
    assert len([line for line in screen() if line.startswith("pod/web-1 ")]) == 3


def test_two_of_one_target(place, terminal):
    place.start("web-1")
    start, screen = terminal
    start("web-1", f":{HTTP}", "pod/web-1", f":{HTTP}")
    until(lambda: len(screen()) == 7, "the table")
    asked(int(screen()[5].split()[2]))
    until(lambda: screen()[5].split()[4] != "0", "its bytes to be counted")
    until(lambda: [line.split()[8] for line in screen()[5:]] == ["0", "0"], "both to be idle")


def test_a_terminal_that_was_stopped(place, terminal):
    """As by ^S, or by somebody who marks a text: what is forwarded goes on."""
    place.start("web-1")
    start, screen = terminal
    start("web-1", f":{HTTP}")
    until(lambda: len(screen()) == 4, "the table")
    local = int(screen()[3].split()[2])
    termios.tcflow(start.terminal, termios.TCOOFF)
    for _ in range(30):
        assert asked(local) == "web-1"
    termios.tcflow(start.terminal, termios.TCOON)
    until(lambda: screen()[-1].split()[6:8] == ["1.29", "KB"], "the bytes to be seen")


JOB = """trap 'kill %1' TERM; "$@" & wait; wait"""
OWN_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp('bash', ['bash', '-mc', *sys.argv[1:]])"
)


def test_behind_a_shell_there_is_no_table(place, terminal):
    """With & it would be drawn over what is typed."""
    place.start("web-1")
    start, screen = terminal
    start("web-1", f":{HTTP}", by=(sys.executable, "-c", OWN_TERMINAL, JOB, "bash"))
    until(lambda: len(screen()) == 2, "the lines")
    asked(int(re.search(r":(\d+) -> ", screen()[0])[1]))
    until(lambda: len(screen()) == 3, "one more")
    assert screen()[2].startswith("Handling connection for ")


def test_few_things_are_imported(place):
    place.start("web-1")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "portico", "forward", "web-1", f":{HTTP}",
         f"--kubeconfig={place.kubeconfig}", "--", "true"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "portico.forward.forwarder" in modules
    assert not HEAVY & {name.partition(".")[0] for name in modules}
    assert not FOREIGN & {".".join(name.split(".")[:2]) for name in modules}
