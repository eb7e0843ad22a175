"""One slot: only the newest value counts."""

import asyncio

from portico.lib.mailbox import Mailbox


async def test_a_slow_reader_gets_the_newest_only() -> None:
    box: Mailbox[str] = Mailbox()
    assert [box.put(text) for text in ("old", "older news", "newest")] == [False, True, True]
    assert await box.take() == "newest"


async def test_an_emptied_slot_is_empty() -> None:
    box: Mailbox[str] = Mailbox()
    box.put("one")
    await box.take()
    assert box.put("two") is False
    assert await box.take() == "two"


async def test_a_waiting_reader_is_woken() -> None:
    box: Mailbox[str] = Mailbox()
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(box.take())
        await asyncio.sleep(0)
        box.put("news")
    assert reader.result() == "news"


async def test_two_readers_share() -> None:
    box: Mailbox[str] = Mailbox()
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(box.take()) for _ in range(2)]
        await asyncio.sleep(0)
        box.put("first")
        await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
        box.put("second")
    assert {reader.result() for reader in readers} == {"first", "second"}


async def test_a_cancelled_reader_takes_nothing_along() -> None:
    box: Mailbox[str] = Mailbox()
    reader = asyncio.ensure_future(box.take())  # noqa: TID251  # is cancelled by hand
    await asyncio.sleep(0)
    reader.cancel()
    box.put("kept")
    await asyncio.wait([reader])
    assert await box.take() == "kept"
