"""Saving a file changes traffic, however the file is saved."""

import contextlib
import os
from pathlib import Path

import pytest

from live.manifests import backend, endpoints, ingress, service
from live.processes import paused
from live.until import until

pytestmark = pytest.mark.nginx

HOST = "shop.example"


@pytest.fixture
def shop(program, ports):
    """Two backends; / leads to a."""
    program.save("one.yaml", backend("one", ports["a"]))
    program.save("two.yaml", backend("two", ports["b"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "one")]))
    program.start()
    program.until_served(HOST, "/", "a")
    return program


def test_a_saved_file(shop):
    shop.save("shop.yaml", ingress("shop", HOST, [("/", "two")]))
    shop.until_served(HOST, "/", "b")


def test_no_worker_lags_behind(shop):
    """Once nginx has taken a change, the very next request to any worker is served by it."""
    for target, name in (("two", "b"), ("one", "a")) * 5:
        before = shop.figures()["pushes"]
        shop.save("shop.yaml", ingress("shop", HOST, [("/", target)]))
        until(lambda before=before: shop.figures()["pushes"] > before, "the change to be taken")
        for away in shop.workers:
            with paused(away):
                assert shop.name(HOST) == name


def test_a_new_file_and_a_deleted_one(shop):
    new = shop.save("new.yaml", ingress("new", "new.example", [("/", "two")]))
    shop.until_served("new.example", "/", "b")
    new.unlink()
    shop.until_served("new.example", "/", "404")
    shop.until_served(HOST, "/", "a")


def test_a_new_folder_and_a_deleted_one(shop):
    new = shop.save("deep/new.yaml", ingress("new", "new.example", [("/", "two")]))
    shop.until_served("new.example", "/", "b")
    new.unlink()
    new.parent.rmdir()
    shop.until_served("new.example", "/", "404")


def test_a_moved_file(shop):
    """Under its new name it says the same; moved away, it says nothing."""
    moved = shop.folder / "moved.yaml"
    (shop.folder / "shop.yaml").rename(moved)
    before = shop.status()["stepsRun"]
    moved.write_text(ingress("shop", HOST, [("/", "two")]))
    shop.until_served(HOST, "/", "b")
    assert shop.status()["stepsRun"] > before
    moved.rename(shop.root / "away.yaml")
    shop.until_served(HOST, "/", "404")


def test_a_moved_object(shop):
    """From one file to another: the old file is saved without it before it is anywhere else."""
    moved = ingress("shop", HOST, [("/", "one")])
    other = ingress("other", "other.example", [("/", "two")])
    shop.save("shop.yaml", other)
    shop.save("new.yaml", moved)
    shop.until_served("other.example", "/", "b")
    shop.until_served(HOST, "/", "a")


def test_saved_as_vim_does(shop):
    """The old file becomes a backup, a new one is written, and the backup goes."""
    file, backup = shop.folder / "shop.yaml", shop.folder / "shop.yaml~"
    swap, probe = shop.folder / ".shop.yaml.swp", shop.folder / "4913"
    swap.write_bytes(b"b0VIM 9.0")
    probe.touch()
    probe.unlink()
    file.rename(backup)
    file.write_text(ingress("shop", HOST, [("/", "two")]))
    backup.unlink()
    swap.unlink()
    shop.until_served(HOST, "/", "b")
    assert not shop.problems()


def test_saved_piece_by_piece(shop):
    """A slow writer: as long as the file is open and half written, the last good state stays."""
    text = ingress("shop", HOST, [("/", "two")])
    with (shop.folder / "shop.yaml").open("w") as file:
        for at in range(0, len(text), 40):
            file.write(text[at : at + 40])
            file.flush()
            assert shop.name(HOST) == "a"
    shop.until_served(HOST, "/", "b")


def test_swapped_as_a_mounted_config_map(program, ports):
    """The kubelet swaps the link `..data` from one folder of files to the next."""
    program.save("..one/shop.yaml", ingress("shop", HOST, [("/", "web")]), web(ports["a"]))
    program.save("..two/shop.yaml", ingress("shop", HOST, [("/", "web")]), web(ports["b"]))
    (program.folder / "..data").symlink_to("..one")
    (program.folder / "shop.yaml").symlink_to("..data/shop.yaml")
    program.start()
    program.until_served(HOST, "/", "a")
    (program.folder / "..data_tmp").symlink_to("..two")
    (program.folder / "..data_tmp").rename(program.folder / "..data")
    program.until_served(HOST, "/", "b")


def test_a_folder_that_is_not_there_yet(program, ports):
    program.folder.rmdir()
    program.start()
    program.until_served(HOST, "/", "404")
    program.folder.mkdir()
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]), web(ports["a"]))
    program.until_served(HOST, "/", "a")


def test_no_watch(program, ports):
    """What was there at the start is served; nothing is followed."""
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]), web(ports["a"]))
    program.start("--no-watch")
    program.until_served(HOST, "/", "a")
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]), web(ports["b"]))
    assert not _watches(program)
    assert program.name(HOST) == "a"


def test_one_object_is_wrong_and_the_rest_of_its_file_works(shop, ports):
    """The Service of the same file is taken; the Ingress keeps its last good state."""
    text = ingress("shop", HOST, [("/", "one")])
    good = backend("one", ports["c"])
    shop.save("one.yaml", good)
    shop.save("shop.yaml", text.replace("number: 80", "number: eighty"), backend("x", ports["d"]))
    until(shop.problems, "a problem")
    shop.until_served(HOST, "/", "c")
    problem, *others = shop.problems()
    assert not others
    assert problem["file"] == str(shop.folder / "shop.yaml")
    lines = (shop.folder / "shop.yaml").read_text().splitlines()
    assert "eighty" in lines[problem["line"] - 1]
    assert problem["object"] == "Ingress shop/shop"
    assert problem["field"] == "spec.rules[0].http.paths[0].backend.service.port.number"
    assert problem["severity"] == "error"
    assert problem["reason"]
    assert problem["hint"]
    shop.save("shop.yaml", text)
    until(lambda: not shop.problems(), "no problem")


def test_a_file_that_nobody_may_read_or_that_leads_nowhere(shop):
    """Others go on."""
    (shop.folder / "nowhere.yaml").symlink_to("not-there.yaml")
    (shop.folder / "folder.yaml").mkdir()
    os.mkfifo(shop.folder / "pipe.yaml")
    until(lambda: len(shop.problems()) >= 2, "problems")
    blamed = {problem["file"] for problem in shop.problems()}
    assert blamed == {str(shop.folder / name) for name in ("nowhere.yaml", "pipe.yaml")}
    shop.save("shop.yaml", ingress("shop", HOST, [("/", "two")]))
    shop.until_served(HOST, "/", "b")


def web(port: int) -> str:
    return service("web") + "---\n" + endpoints("web", ("127.0.0.1", port))


def _watches(program) -> list[str]:
    """What the controller watches with inotify."""
    assert program.process
    found = []
    for descriptor in Path(f"/proc/{program.process.pid}/fdinfo").iterdir():
        with contextlib.suppress(OSError):
            lines = descriptor.read_text().splitlines()
            found += [line for line in lines if line.startswith("inotify")]
    return found
