"""Each demo, played to its end in namespaces; then nothing of it is left."""

import contextlib
import json
import os
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demos.stage import PATIENCE, Demo, answer
from live import processes
from live.until import until
from support.netns import ROOT, needs_namespaces

pytestmark = [needs_namespaces, pytest.mark.nginx]

WAYS = sorted(found.parent.name for found in (ROOT / "examples").glob("*/demo.toml"))
DEAD_NODES = {
    "node-port": "node-2",
    "layer-2": "node-2",
    "layer-4": "node-2",
    "layer-7": "node-2",
    "both": "node-2",
    "load-balancer-and-ingress": "node-1",
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of a short name: the path of a unix socket may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="d-") as made:
        yield Path(made)


@contextlib.contextmanager
def playing(folder: Path, *words: str, someone_watches: bool = False) -> Iterator[Demo]:
    demo = Demo(folder, *words)
    demo.start(someone_watches=someone_watches)
    try:
        yield demo
    finally:
        demo.close()


def test_every_way_in_has_a_demo():
    assert set(WAYS) == DEAD_NODES.keys()


@pytest.mark.parametrize("way", WAYS)
def test_tour(way, folder):
    """Everything is as it is told, over the death of a node; it ends by itself."""
    with playing(folder, way, "--once") as demo:
        demo.process.wait(PATIENCE)
        assert demo.process.returncode == 0
        said = demo.printed()
        assert "!!" not in said
        assert f"the cable of {DEAD_NODES[way]} is pulled" in said
        assert re.search(r"^    \S.* 200|^    \S+ \d+ times", said, re.MULTILINE)
        assert "Traceback" not in said
        demo.assert_nothing_is_left()


def test_what_it_says_is_true(folder):
    """Somebody at a terminal is told what to try. It works; then Ctrl-C leaves nothing behind."""
    with playing(folder, "layer-4", someone_watches=True) as demo:
        demo.until_it_says("Ctrl-C ends it.")
        questions = [command for command in demo.commands() if command[1] == "netns"]
        asked = [answer(command) for command in questions]
        assert json.loads(asked[0])["name"] in ("cmp-1", "cmp-2")
        assert json.loads(asked[1])["name"] in ("console-1", "console-2")
        assert "10.0.0.12:32111" in asked[2]
        cables = [command for command in demo.commands() if command[1] == "-n"]
        assert [answer(command) for command in cables] == ["", ""]
        demo.interrupt()
        demo.process.wait(PATIENCE)
        assert demo.process.returncode == 0
        assert "Traceback" not in demo.printed()
        demo.assert_nothing_is_left()


def test_an_edit_is_served(folder):
    """The copy of the manifests that it names is live."""
    with playing(folder, "layer-4", someone_watches=True) as demo:
        demo.until_it_says("Ctrl-C ends it.")
        found = re.search(r"Edit the files in (\S+):", demo.printed())
        assert found
        services = Path(found[1], "services.yaml")
        services.write_text(services.read_text().replace("port: 88\n", "port: 89\n"))
        ask = ["ip", "netns", "exec", f"{demo.prefix}-client"]
        curl = [*ask, "curl", "-s", "-m", "1", "http://198.51.100.2:89/"]
        until(lambda: '"name": "cmp-' in answer(curl), "port 89 to be served")
        original = Path(ROOT, "examples", "layer-4", "services.yaml").read_text()
        assert "port: 88\n" in original


@pytest.mark.parametrize("after", ["being built", "starting", "Ctrl-C ends it."])
def test_interrupted_at_any_time(after, folder):
    with playing(folder, "layer-7", someone_watches=True) as demo:
        if after == "being built":
            until(demo.namespaces, "the first namespace", PATIENCE)
        else:
            demo.until_it_says(after)
        demo.interrupt()
        demo.process.wait(PATIENCE)
        assert "Traceback" not in demo.printed()
        demo.assert_nothing_is_left()


def test_killed(folder):
    """kill -9 leaves everything; the next demo removes it first."""
    with playing(folder, "layer-4", someone_watches=True) as demo:
        demo.until_it_says("starting")
        demo.process.send_signal(signal.SIGKILL)
        demo.process.wait(PATIENCE)
        assert demo.namespaces()
        left = processes.of_folder(demo.temporary)
    with playing(folder, "layer-4", someone_watches=True) as demo:
        demo.until_it_says("starting")
        assert not [pid for pid in left if processes.is_running(pid)]
        demo.interrupt()
        demo.process.wait(PATIENCE)
        assert demo.namespaces() == []


def test_one_at_a_time(folder):
    """A second demo of the same names says so, and leaves the first alone."""
    with playing(folder, "layer-4", someone_watches=True) as first:
        first.until_it_says("starting")
        (folder / "second").mkdir()
        with playing(folder / "second", "layer-4", "--once") as second:
            second.process.wait(PATIENCE)
            assert second.process.returncode == 1
            assert "another demo is running" in second.printed()
        assert not first.has_ended()
        assert first.namespaces()
        os.kill(first.process.pid, signal.SIGTERM)
        first.process.wait(PATIENCE)
        first.assert_nothing_is_left()
