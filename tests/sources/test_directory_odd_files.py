"""What stands in a folder need not be a readable file with a decent name."""

import os
import socket
from pathlib import Path

import pytest

from portico.model.fault import Severity
from sources.following import live, read_once, service, service_ref


async def test_a_pipe_is_not_waited_for(folder: Path):
    os.mkfifo(folder / "x.yaml")
    told = await read_once(folder)
    assert told.reasons(folder / "x.yaml") == ["is a named pipe, not a file"]


async def test_a_pipe_as_a_path_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    told = await read_once(tmp_path / "pipe")
    assert told.reasons(tmp_path / "pipe") == ["is a named pipe, not a file"]


async def test_a_socket(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("x.yaml")
        told = await read_once(folder)
    assert told.reasons(folder / "x.yaml") == ["is a socket, not a file"]


async def test_a_link_to_a_device(folder: Path):
    (folder / "x.yaml").symlink_to("/dev/zero")
    told = await read_once(folder)
    assert told.reasons(folder / "x.yaml") == ["is a device, not a file"]


async def test_a_folder_with_the_name_of_a_file(folder: Path):
    (folder / "x.yaml").mkdir()
    (folder / "x.yaml" / "a.yaml").write_text(service("a"))
    told = await read_once(folder)
    assert told.port("a")
    assert told.faults == {}


async def test_a_file_makes_room_for_a_folder_and_back(folder: Path):
    path = folder / "x.yaml"
    path.write_text(service("a"))
    async with live(folder) as told:
        path.unlink()
        path.mkdir()
        (path / "b.yaml").write_text(service("b"))
        await told.until(lambda told: told.port("b") and not told.port("a"))
        (path / "b.yaml").unlink()
        path.rmdir()
        path.write_text(service("c"))
        await told.until(lambda told: told.port("c") and not told.port("b"))
        assert not any(told.faults.values())


async def test_a_dead_link_keeps_what_it_led_to(folder: Path, tmp_path: Path):
    target = tmp_path / "target"
    target.write_text(service("a", 1))
    link = folder / "x.yaml"
    link.symlink_to(target)
    async with live(folder) as told:
        target.unlink()
        (folder / "next.tmp").symlink_to(tmp_path / "nowhere")
        (folder / "next.tmp").replace(link)
        await told.until(lambda told: told.reasons(link))
        assert told.reasons(link) == [f"links to {tmp_path / 'nowhere'}, which is not there"]
        assert told.port("a") == 1
        (tmp_path / "nowhere").write_text(service("a", 2))
        await told.until(lambda told: told.port("a") == 2)
        assert told.reasons(link) == []
        link.unlink()
        await told.until(lambda told: told.drops)


async def test_links_in_a_circle(folder: Path):
    (folder / "x.yaml").symlink_to("y.yaml")
    (folder / "y.yaml").symlink_to("x.yaml")
    told = await read_once(folder)
    (reason,) = told.reasons(folder / "x.yaml")
    assert "symbolic links" in reason


async def test_a_dead_link_as_a_path(tmp_path: Path):
    (tmp_path / "x").symlink_to("nowhere")
    told = await read_once(tmp_path / "x")
    assert "which is not there" in told.reasons(tmp_path / "x")[0]


async def test_an_impossible_path():
    told = await read_once(Path("a\0b"))
    assert [fault.reason for faults in told.faults.values() for fault in faults] == [
        "is not a possible path"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read(folder: Path):
    path = folder / "x.yaml"
    path.write_text(service("a"))
    path.chmod(0)
    told = await read_once(folder)
    assert told.reasons(path) == ["cannot be read: permission denied"]


HOSTILE = [
    "new\nline.yaml",
    "quo\"te's.yaml",
    b"\xff\xfe.yaml",
    "$(x) `y` {{z}}.yaml",
    "\x1b[31m.yaml",
    "x" * 250 + ".yaml",
    " .yaml",
]


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
async def test_names_that_do_harm_elsewhere(folder: Path, name: str | bytes):
    path = folder / os.fsdecode(name)
    async with live(folder) as told:
        for text in (service("a", 1), "a: [", service("a", 2)):
            path.write_text(text)
            await told.batch()
        assert told.port("a") == 2
        place = told.places[service_ref("a")]
        assert place.file.isprintable()
        assert place.file.encode()
        path.unlink()
        await told.until(lambda told: told.drops)


async def test_ten_megabytes(folder: Path):
    text = "\n---\n".join(service(f"s{number}", 1 + number) for number in range(60_000))
    (folder / "many.yaml").write_text(text + "\n# " + "x" * (10 * 1024 * 1024 - len(text)))
    async with live(folder) as told:
        assert len(told.facts) == 60_000
        (folder / "small.yaml").write_text(service("small"))
        await told.until(lambda told: told.port("small"))


async def test_more_than_is_read(folder: Path):
    with (folder / "huge.yaml").open("w") as file:
        file.truncate(64 * 1024 * 1024 + 1)  # sparse: it takes no room
    told = await read_once(folder)
    assert told.reasons(folder / "huge.yaml") == ["is larger than 64 MiB"]


async def test_files_that_vanish_while_they_are_read(folder: Path):
    async with live(folder, rescan=0.001) as told:
        for number in range(300):
            path = folder / f"{number}.yaml"
            path.write_text(service("a"))
            path.unlink()
        (folder / "last.yaml").write_text(service("last"))
        await told.until(lambda told: told.port("last") and not told.port("a"))
        assert not any(told.faults.values())


async def test_an_empty_file_is_told_as_a_warning(folder: Path):
    (folder / "a.yaml").touch()
    told = await read_once(folder)
    (fault,) = told.faults[str(folder / "a.yaml")]
    assert fault.severity is Severity.WARNING
