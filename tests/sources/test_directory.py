"""Files that come, change and go."""

import json
import shutil
from pathlib import Path

import pytest

from portico.model.fault import Place, Severity
from sources.following import live, read_once, service, service_ref


async def test_reads_all_below_and_says_so_once(folder: Path):
    (folder / "a.yaml").write_text(service("a", 1) + "---\n" + service("b", 2))
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "c.yml").write_text(service("c", 3))
    (folder / "d.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "d"}})
    )
    (folder / "notes.txt").write_text(service("not"))
    (folder / ".hidden.yaml").write_text(service("hidden"))
    (folder / ".git").mkdir()
    (folder / ".git" / "x.yaml").write_text(service("git"))
    told = await read_once(folder)
    assert sorted(ref.name for ref in told.facts) == ["a", "b", "c", "d"]
    assert told.places[service_ref("b")] == Place(str(folder / "a.yaml"), 1)
    assert told.synced == 1
    assert told.faults == {}


async def test_a_path_may_be_a_file_of_any_name(tmp_path: Path):
    path = tmp_path / "manifest"
    path.write_text(service("a"))
    async with live(path) as told:
        assert told.port("a") == 80
        path.write_text(service("a", 81))
        await told.until(lambda told: told.port("a") == 81)


async def test_a_missing_path_is_told_and_read_when_it_appears(tmp_path: Path):
    path = tmp_path / "far" / "away" / "a.yaml"
    async with live(path) as told:
        assert told.reasons(path) == ["is not there"]
        assert told.synced == 1
        path.parent.mkdir(parents=True)
        path.write_text(service("a"))
        await told.until(lambda told: told.port("a"))
        assert told.reasons(path) == []


@pytest.mark.parametrize("is_file", [True, False])
async def test_a_path_that_goes_away_is_dropped_and_told(tmp_path: Path, is_file: bool):
    path = tmp_path / "shop"
    file = path
    if not is_file:
        path.mkdir()
        file = path / "a.yaml"
    file.write_text(service("a"))
    async with live(path) as told:
        path.rename(tmp_path / "elsewhere")
        await told.until(lambda told: told.drops)
        await told.until(lambda told: told.reasons(path) == ["is not there"])
        (tmp_path / "elsewhere").rename(path)
        await told.until(lambda told: told.port("a"))
        assert told.reasons(path) == []


async def test_new_changed_and_removed_files(folder: Path):
    async with live(folder) as told:
        path = folder / "a.yaml"
        path.write_text(service("a", 1))
        await told.until(lambda told: told.port("a") == 1)
        path.write_text(service("a", 2) + "---\n" + service("b", 3))
        await told.until(lambda told: (told.port("a"), told.port("b")) == (2, 3))
        path.write_text(service("b", 3))
        await told.until(lambda told: service_ref("a") in told.drops)
        path.unlink()
        await told.until(lambda told: not told.facts)


async def test_folders_appear_move_and_disappear(folder: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    (outside / "sub").mkdir(parents=True)
    (outside / "sub" / "a.yaml").write_text(service("a", 1))
    async with live(folder) as told:
        outside.rename(folder / "one")
        await told.until(lambda told: told.port("a") == 1)
        (folder / "one" / "sub" / "a.yaml").write_text(service("a", 2))
        await told.until(lambda told: told.port("a") == 2)
        (folder / "one").rename(folder / "two")
        place = Place(str(folder / "two" / "sub" / "a.yaml"), 0)
        await told.until(lambda told: told.places[service_ref("a")] == place)
        assert not told.drops
        (folder / "two" / "sub" / "a.yaml").write_text(service("a", 3))
        await told.until(lambda told: told.port("a") == 3)
        shutil.rmtree(folder / "two")
        await told.until(lambda told: not told.facts)


async def test_files_made_before_their_new_folder_is_watched(folder: Path):
    async with live(folder) as told:
        for number in range(20):
            (folder / f"d{number}" / "e").mkdir(parents=True)
            (folder / f"d{number}" / "e" / "a.yaml").write_text(service(f"a{number}"))
        await told.until(lambda told: len(told.facts) == 20)


async def test_a_folder_is_replaced_by_another_one(folder: Path, tmp_path: Path, marker):
    (folder / "app").mkdir()
    (folder / "app" / "a.yaml").write_text(service("a", 1))
    new = tmp_path / "new"
    new.mkdir()
    (new / "a.yaml").write_text(service("a", 2))
    async with live(folder) as told:
        (folder / "app").rename(tmp_path / "old")
        new.rename(folder / "app")
        await told.until(lambda told: told.port("a") == 2)
        (folder / "app" / "a.yaml").write_text(service("a", 3))
        await told.until(lambda told: told.port("a") == 3)
        await marker(told)
        assert told.drops == [service_ref("marker")]


async def test_a_linked_folder_is_read_once_and_circles_end(folder: Path):
    (folder / "real").mkdir()
    (folder / "real" / "a.yaml").write_text(service("a"))
    (folder / "real" / "up").symlink_to(folder)
    (folder / "zz-link").symlink_to(folder / "real")
    told = await read_once(folder)
    assert told.places == {service_ref("a"): Place(str(folder / "real" / "a.yaml"), 0)}
    assert told.faults == {}


async def test_a_link_is_followed_to_where_its_file_changes(folder: Path, tmp_path: Path):
    target = tmp_path / "elsewhere" / "real.txt"
    target.parent.mkdir()
    target.write_text(service("a", 1))
    (folder / "a.yaml").symlink_to(target)
    async with live(folder) as told:
        target.write_text(service("a", 2))
        await told.until(lambda told: told.port("a") == 2)


async def test_a_linked_path_is_turned_to_another_release(tmp_path: Path, folder: Path, marker):
    for release in (1, 2):
        path = tmp_path / f"release-{release}"
        path.mkdir()
        (path / "a.yaml").write_text(service("a", release))
    current = tmp_path / "current"
    current.symlink_to("release-1")
    async with live(current, folder) as told:
        assert told.port("a") == 1
        (tmp_path / "next").symlink_to("release-2")
        (tmp_path / "next").rename(current)
        await told.until(lambda told: told.port("a") == 2)
        (tmp_path / "release-2" / "a.yaml").write_text(service("a", 3))
        await told.until(lambda told: told.port("a") == 3)
        await marker(told)
        assert told.drops == [service_ref("marker")]


class TestMountedConfigMap:
    """As the kubelet lays it out and exchanges it."""

    def mount(self, folder: Path, version: str, **files: str) -> None:
        real = folder / f"..{version}"
        real.mkdir()
        for name, text in files.items():
            (real / f"{name}.yaml").write_text(text)
            link = folder / f"{name}.yaml"
            if not link.is_symlink():
                link.symlink_to(f"..data/{name}.yaml")
        (folder / "..data_tmp").symlink_to(real.name)
        (folder / "..data_tmp").rename(folder / "..data")

    async def test_an_exchange_is_one_change(self, folder: Path, marker):
        self.mount(folder, "1", a=service("a", 1), b=service("b", 1))
        async with live(folder) as told:
            assert (told.port("a"), told.port("b")) == (1, 1)
            assert told.faults == {}
            for version in (2, 3):
                text = {"a": service("a", version), "b": service("b", version)}
                self.mount(folder, str(version), **text)
                shutil.rmtree(folder / f"..{version - 1}")
                await told.until(lambda told, version=version: told.port("a") == version)
                assert told.port("b") == version
            await marker(told)
            assert told.drops == [service_ref("marker")]

    async def test_a_single_file_of_it(self, folder: Path):
        self.mount(folder, "1", a=service("a", 1))
        async with live(folder / "a.yaml") as told:
            self.mount(folder, "2", a=service("a", 2))
            await told.until(lambda told: told.port("a") == 2)


class TestDuplicates:
    async def test_the_first_is_served_and_the_others_are_told_where_it_stands(self, folder: Path):
        (folder / "a.yaml").write_text("# one\n" + service("x", 1))
        (folder / "b.yaml").write_text(service("x", 2) + "---\n" + service("x", 1))
        told = await read_once(folder)
        assert told.port("x") == 1
        first, second = told.faults[str(folder / "b.yaml")]
        assert first.reason == f"stands in {folder / 'a.yaml'}:2 too, and that one is served"
        assert first.severity is Severity.ERROR
        assert first.ref == service_ref("x")
        assert second.severity is Severity.WARNING
        assert (first.place.document, second.place.document) == (0, 1)

    async def test_the_next_takes_over_without_a_gap(self, folder: Path):
        (folder / "a.yaml").write_text(service("x", 1))
        (folder / "b.yaml").write_text(service("x", 2))
        (folder / "c.yaml").write_text(service("x", 3))
        async with live(folder) as told:
            assert told.port("x") == 1
            (folder / "a.yaml").unlink()
            await told.until(lambda told: told.port("x") == 2)
            assert not told.drops
            assert told.reasons(folder / "b.yaml") == []
            assert "b.yaml:1" in told.reasons(folder / "c.yaml")[0]
            (folder / "a.yaml").write_text(service("x", 4))
            await told.until(lambda told: told.port("x") == 4)
            assert "a.yaml:1" in told.reasons(folder / "b.yaml")[0]


class TestBroken:
    async def test_all_of_it_stays_until_it_is_mended(self, folder: Path):
        path = folder / "a.yaml"
        path.write_text(service("a", 1) + "---\n" + service("b", 1))
        async with live(folder) as told:
            path.write_text(service("a", 2) + "---\n" + service("b", 2) + "  x: [\n")
            await told.until(lambda told: told.reasons(path))
            assert (told.port("a"), told.port("b")) == (1, 1)
            path.write_text(service("a", 2))
            await told.until(lambda told: told.port("a") == 2)
            assert told.reasons(path) == []
            assert told.drops == [service_ref("b")]

    async def test_one_bad_object_keeps_only_itself_back(self, folder: Path):
        path = folder / "a.yaml"
        path.write_text("\n---\n".join(service(name, 1) for name in "abc"))
        async with live(folder) as told:
            path.write_text(service("a", 2) + "---\n" + service("b").replace("80", "eighty"))
            await told.until(lambda told: told.port("a") == 2)
            assert told.port("b") == 1
            assert told.drops == [service_ref("c")]
            (fault,) = told.faults[str(path)]
            assert fault.place == Place(str(path), 1)
            assert fault.field == "spec.ports[0].port"

    async def test_nothing_goes_while_it_is_unclear_whose_mistake_it_is(self, folder: Path):
        path = folder / "a.yaml"
        path.write_text(service("a", 1) + "---\n" + service("b", 1))
        async with live(folder) as told:
            path.write_text(service("a", 2) + "---\n" + service("b").replace("name: b", "nam: b"))
            await told.until(lambda told: told.port("a") == 2)
            assert told.port("b") == 1
            path.write_text("")
            await told.until(lambda told: told.reasons(path) == ["is empty"])
            path.write_text("# nothing here any more\n")
            await told.until(lambda told: not told.facts)

    async def test_a_kind_that_is_not_ours_hides_nothing(self, folder: Path):
        path = folder / "a.yaml"
        path.write_text(service("a") + "---\n" + service("b"))
        async with live(folder) as told:
            path.write_text(service("a") + "---\nkind: Kustomization\napiVersion: k/v1\n")
            await told.until(lambda told: told.drops)
            assert [fault.severity for fault in told.faults[str(path)]] == [Severity.NOTE]


async def test_two_paths_may_overlap(folder: Path):
    (folder / "sub").mkdir()
    (folder / "sub" / "a.yaml").write_text(service("a"))
    told = await read_once(folder, folder / "sub", folder)
    assert told.faults == {}
    assert len(told.facts) == 1


async def test_paths_may_be_relative(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)
    async with live(Path()) as told:
        (folder / "a.yaml").write_text(service("a"))
        await told.until(lambda told: told.port("a"))
        assert told.places[service_ref("a")] == Place("a.yaml", 0)
        (folder / "a.yaml").unlink()
        await told.until(lambda told: told.drops)
