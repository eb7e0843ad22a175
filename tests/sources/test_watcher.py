"""What is told by inotify, and what happens where it cannot be had."""

import errno
import os
from pathlib import Path

import pytest
from asyncinotify import Inotify, Mask

from portico.model.fault import Fault
from portico.sources.directory import Directory
from portico.sources.folder import watcher as module
from portico.sources.folder.news import PATIENCE, News, Writers
from sources.following import follow, live, service, service_ref


class StingyInotify(Inotify):
    """Watches only a few folders, as a kernel does whose limit is reached."""

    limit = 3

    def add_watch(self, path, mask):
        if len(self._watches) >= self.limit:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().add_watch(path, mask)


class NoInotify(Inotify):
    def __init__(self, **options):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


class DeafInotify(Inotify):
    """Hears nothing of what happens, as on a network file system."""

    def add_watch(self, path, mask):
        return super().add_watch(path, Mask.UNMOUNT)


class FloodedInotify(Inotify):
    """Loses every event but one that says so, as when too much happens at once."""

    def sync_get(self):
        event = super().sync_get()
        if event is not None:
            event._mask = Mask.Q_OVERFLOW
            event._watch = None
        return event


async def exercise(folder: Path) -> list[Fault]:
    """All that a user does is found by looking; what is wrong at the end."""
    path = folder / "a.yaml"
    async with follow(Directory([folder], watch=True, rescan=0.01)) as told:
        path.write_text(service("a", 1))
        (folder / "one" / "two").mkdir(parents=True)
        (folder / "one" / "two" / "b.yaml").write_text(service("b", 1))
        await told.until(lambda told: told.port("a") == told.port("b") == 1)
        path.write_text(service("a", 2))
        await told.until(lambda told: told.port("a") == 2)
        path.unlink()
        await told.until(lambda told: told.drops == [service_ref("a")])
        return [fault for faults in told.faults.values() for fault in faults]


async def test_without_any_events(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "Inotify", DeafInotify)
    assert await exercise(folder) == []


async def test_without_inotify(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "Inotify", NoInotify)
    (fault,) = await exercise(folder)
    assert fault.reason == "cannot be watched: Too many open files"
    assert "fs.inotify.max_user_instances" in fault.hint


async def test_with_too_few_watches(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "Inotify", StingyInotify)
    for name in "vwxyz":
        (folder / name).mkdir()
    (fault,) = await exercise(folder)
    assert "fs.inotify.max_user_watches" in fault.hint


async def test_when_events_are_lost_everything_is_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "Inotify", FloodedInotify)
    async with live(folder) as told:
        (folder / "a.yaml").write_text(service("a"))
        await told.until(lambda told: told.port("a"))


class TestNews:
    def test_is_about_what_was_heard_last(self):
        news = News()
        assert not news
        news.note("a", Mask.DELETE)
        news.note("a", Mask.MOVED_TO)
        assert (news.ready, news.left) == ({"a"}, set())
        news.note("a", Mask.MOVED_FROM)
        assert (news.ready, news.left) == (set(), {"a"})
        assert news

    def test_what_is_gone_already_is_no_link(self):
        news = News()
        news.note("nowhere", Mask.CREATE)
        assert news.made == {"nowhere"}

    def test_other_events_are_no_news(self):
        news = News()
        news.note("nowhere", Mask.ATTRIB)
        assert not news


def test_writers_are_not_waited_for_without_end():
    writers = Writers()
    writers.wrote("a", 1.0)
    assert writers.is_writing("a", 2.0)
    assert not writers.is_writing("a", 2.0 + PATIENCE)
    assert not writers.is_writing("a", 2.0)
    writers.wrote("a", 1.0)
    writers.closed("a")
    assert not writers.is_writing("a", 1.0)
