"""What is told to people and programs that do not read."""

import asyncio
import os

import pytest

from portico.cli.forward.outlet import MOST, Outlet


@pytest.fixture
def pipe():
    """Who reads, and where it is written."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as out, os.fdopen(writer, "w") as into:
        os.set_blocking(reader, False)
        yield out, into


def lost(count):
    return f"{count} lost\n"


async def all_read(out, end):
    """Until it ends so."""
    found = b""
    async with asyncio.timeout(30):
        while not found.endswith(end):
            found += out.read(1 << 16) or b""
            await asyncio.sleep(0)
    return found


async def test_it_comes_once_somebody_reads(pipe):
    out, into = pipe
    outlet = Outlet(lambda: into, lost)
    lines = [f"{number} {'x' * 100}\n" for number in range(5000)]
    for line in lines:
        outlet.say(line)
    assert outlet.is_behind
    assert await all_read(out, b"4999 " + b"x" * 100 + b"\n") == "".join(lines).encode()
    assert not outlet.is_behind


async def test_what_is_too_much_is_dropped_and_counted(pipe):
    out, into = pipe
    outlet = Outlet(lambda: into, lost)
    for _ in range(3 * MOST // 1000):
        outlet.say("x" * 999 + "\n")
    found = await all_read(out, b" lost\n")
    *lines, told = found.decode().splitlines()
    assert set(lines) == {"x" * 999}
    assert len(lines) + int(told.split()[0]) == 3 * MOST // 1000
    assert MOST <= len(found) < 2 * MOST
    outlet.say("more\n")
    assert await all_read(out, b"more\n") == b"more\n"


async def test_the_stream_itself_still_waits(pipe):
    """Others have it, too."""
    _, into = pipe
    Outlet(lambda: into, lost)
    assert os.get_blocking(into.fileno())


async def test_a_reader_who_leaves(pipe):
    out, into = pipe
    outlet = Outlet(lambda: into, lost)
    out.close()
    outlet.say("one\n")
    outlet.say("two\n")
    assert not outlet.is_behind


def test_at_the_end_whoever_reads_nothing_is_left(pipe):
    _, into = pipe
    outlet = Outlet(lambda: into, lost)
    for _ in range(200):
        outlet.say("x" * 999 + "\n")
    outlet.finish()
    assert outlet.is_behind
