"""Every way to save a file changes what it says, and never drops it in between."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sources.following import live, service, service_ref


def truncate_and_write(path: Path, text: str) -> None:
    path.write_text(text)


def write_in_pieces(path: Path, text: str) -> None:
    with path.open("w") as file:
        for line in text.splitlines(keepends=True):
            file.write(line)
            file.flush()


def rename_over(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.tmp")
    new.write_text(text)
    new.replace(path)


def rename_over_from_hidden(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.swp")
    new.write_text(text)
    new.replace(path)


def vim_with_backup(path: Path, text: str) -> None:
    probe = path.with_name("4913")
    probe.write_text("")
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    path.write_text(text)
    backup.unlink()


def unlink_and_create(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def sed_in_place(path: Path, text: str) -> None:
    port = text.split("port: ")[1].strip()
    subprocess.run(["sed", "-i", f"s/port: .*/port: {port}/", path], check=True)


def link_in_place(path: Path, text: str) -> None:
    new = path.with_name("new.txt")
    new.write_text(text)
    path.unlink()
    path.hardlink_to(new)
    new.unlink()


def empty_and_append(path: Path, text: str) -> None:
    path.write_text("")
    with path.open("a") as file:
        file.write(text)


SAVES = [
    truncate_and_write,
    write_in_pieces,
    rename_over,
    rename_over_from_hidden,
    vim_with_backup,
    unlink_and_create,
    sed_in_place,
    link_in_place,
    empty_and_append,
]


@pytest.mark.parametrize("save", SAVES)
async def test_saving_changes_and_never_drops(folder: Path, marker, save: Callable):
    path = folder / "a.yaml"
    path.write_text(service("a", 1))
    async with live(folder) as told:
        for port in (2, 3):
            save(path, service("a", port))
            await told.until(lambda told, port=port: told.port("a") == port)
        await marker(told)
        assert told.drops == [service_ref("marker")]
        assert told.reasons(path) == []


async def test_git_checkout(folder: Path, marker):
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        command = ["git", "-C", folder, *identity, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    git("init", "-b", "one")
    path = folder / "a.yaml"
    path.write_text(service("a", 1))
    git("add", "a.yaml")
    git("commit", "-m", "one")
    git("checkout", "-b", "two")
    path.write_text(service("a", 2))
    git("commit", "-am", "two")
    async with live(folder) as told:
        git("checkout", "one")
        await told.until(lambda told: told.port("a") == 1)
        git("checkout", "two")
        await told.until(lambda told: told.port("a") == 2)
        await marker(told)
        assert told.drops == [service_ref("marker")]


async def test_what_is_half_written_is_never_read(folder: Path):
    path = folder / "a.yaml"
    path.write_text(service("a", 1))
    whole = service("a", 22) + "---\n" + service("b", 3)
    async with live(folder, rescan=0.01) as told:
        with path.open("w") as file, (folder / "new.yaml").open("w") as new:
            for letter in whole:
                file.write(letter)
                file.flush()
                new.write(letter.replace("a", "c").replace("b", "d"))
                new.flush()
            (folder / "other.yaml").write_text(service("other"))
            await told.until(lambda told: told.port("other"))
            assert told.port("a") == 1
            assert told.faults == {}
            assert service_ref("c") not in told.facts
        await told.until(lambda told: told.port("a") == 22)
        assert told.port("b") == 3
        assert all(not faults or "new.yaml" in file for file, faults in told.faults.items())
