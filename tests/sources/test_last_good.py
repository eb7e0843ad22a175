"""What was good outlives a restart while it is broken."""

from pathlib import Path

from portico.sources.last_good import LastGood
from sources.following import live, read_once, service, service_ref


async def test_a_restart_serves_what_was_good(folder: Path, tmp_path: Path):
    held = tmp_path / "state" / "held"
    path = folder / "a.yaml"
    path.write_text(service("a", 1) + "---\n" + service("b", 1))
    async with live(folder, held=held) as told:
        assert not held.exists()
        path.write_text("a: [")
        await told.until(lambda told: told.reasons(path))
        path.write_text("\nb: [")
        await told.batch()
    (kept,) = held.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert held.stat().st_mode & 0o777 == 0o700
    assert "a.yaml" not in kept.name

    path.write_text(service("a", 2) + "---\n" + service("b").replace("80", "x"))
    async with live(folder, held=held) as told:
        assert (told.port("a"), told.port("b")) == (2, 1)
        assert len(told.faults[str(path)]) == 1
        path.write_text(service("a", 3))
        await told.until(lambda told: told.port("a") == 3)
        assert told.drops == [service_ref("b")]
    assert list(held.iterdir()) == []


async def test_what_belongs_to_removed_files_is_removed(folder: Path, tmp_path: Path):
    held = tmp_path / "held"
    paths = [folder / "a.yaml", folder / "b.yaml"]
    async with live(folder, held=held) as told:
        for path in paths:
            path.write_text(service(path.stem))
            await told.until(lambda told, path=path: told.port(path.stem))
            path.write_text("a: [")
            await told.until(lambda told, path=path: told.reasons(path))
        assert len(list(held.iterdir())) == 2
        paths[0].unlink()
        await told.until(lambda told: told.drops)
        assert len(list(held.iterdir())) == 1
    paths[1].unlink()
    (held / "README").write_text("not ours")
    missing = folder / "missing"
    await read_once(folder, missing, held=held)
    assert len(list(held.iterdir())) == 2  # some of what it belongs to may only be away for now
    await read_once(folder, held=held)
    assert [path.name for path in held.iterdir()] == ["README"]


async def test_where_nothing_can_be_kept_everything_is_served(folder: Path, tmp_path: Path):
    held = tmp_path / "held"
    held.write_text("a file stands in the way")
    path = folder / "a.yaml"
    path.write_text(service("a", 1))
    async with live(folder, held=held / "in") as told:
        path.write_text("a: [")
        await told.until(lambda told: told.reasons(path))
        assert told.port("a") == 1
        (reason,) = told.reasons(held / "in")
        assert reason.startswith("no last good state can be kept: ")


def test_without_a_folder_nothing_is_kept():
    last_good = LastGood(None, named=str.encode, text=bytes)
    last_good.open()
    last_good.is_good("a", b"x")
    last_good.is_broken("a")
    last_good.is_gone("a")
    last_good.sweep(())
    assert last_good.recall("a") is None


def test_what_vanished_meanwhile_is_not_recalled(tmp_path: Path):
    last_good = LastGood(tmp_path, named=str.encode, text=bytes)
    last_good.is_good("a", b"x")
    last_good.is_broken("a")
    assert last_good.recall("a") == b"x"
    for path in tmp_path.iterdir():
        path.unlink()
    assert last_good.recall("a") is None
