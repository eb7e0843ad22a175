"""Servers that mean no good: nothing of theirs reaches a terminal as it is, and nothing hangs."""

import asyncio
import json
import os
import struct
from contextlib import asynccontextmanager, suppress

import pytest

from forward.conftest import PORTICO
from kube.http.origin import Origin, answer, status
from live.processes import memory
from support.ports import free_port

ESCAPES = "\x1b]0;owned\x07\x1b[2J"
SHOWN = r"\x1b]0;owned\x07\x1b[2J"
FLOOD = 64 << 20
"""Bytes after which a server that only talks gives up."""


async def forwarded(origin, *words):
    environment = {**os.environ, "KUBECONFIG": os.devnull}
    return await asyncio.create_subprocess_exec(
        PORTICO, "forward", f"--server={origin.url}", "web-1", *words, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def flood(head, part):
    """An answer that does not end."""

    async def endless(_seen, _reader, writer):
        writer.write(head)
        for _ in range(FLOOD // len(part)):
            writer.write(part)
            await writer.drain()
        return False

    return endless


TALK = [
    # what it answers, the code, and what is told of it
    (status(403, "Forbidden", f"no{ESCAPES}\nerror: more"), 1,
     rf"Error from server (Forbidden): no{SHOWN}\nerror: more"),
    (answer(json.dumps({"reason": f"Odd{ESCAPES}", "message": "no"}).encode(), "500 Odd"), 1,
     f"Error from server (Odd{SHOWN}): no"),
    (answer(b"<html>\x1b[2J</html>", "502 Bad Gateway"), 1, r"error: <html>\x1b[2J</html>"),
    (answer(b"\x1b[2J"), 3, "has answered what is not read"),
    (answer(b"", "302 Found", "Location: http://192.0.2.1/"), 1, "status 302"),
    (b"\x16\x03\x01\x1b[2J" * 1000, 3, "does not speak HTTP as we do"),
    (None, 3, "ended the connection"),
    (flood(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 10_000), 3, "does not speak HTTP as we do"),
    (flood(b"HTTP/1.1 200 OK\r\nA: ", b"a" * 65536), 3, "does not speak HTTP as we do"),
    (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), 3, "sent no head of an answer"),
    (flood(b"HTTP/1.1 500 No\r\n\r\n", b"a" * 65536), 1, "status 500"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code", "told"), TALK, ids=range(len(TALK)))
async def test_in_place_of_an_api_server(said, code, told):
    async with Origin(said) as origin, asyncio.timeout(60):
        process = await forwarded(origin, ":80")
        out, err = await process.communicate()
    assert (process.returncode, out) == (code, b"")
    first = err.decode().splitlines()[0]
    assert told in first
    assert first.isprintable()


@asynccontextmanager
async def with_streams(serve):
    """A server that has one pod, and does with streams to it as it likes."""
    name = "web-1"
    running = {
        "metadata": {"name": name, "namespace": "default", "uid": "1", "resourceVersion": "1"},
        "spec": {"nodeName": "node", "containers": [{"name": "app"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }
    marks = {"resourceVersion": "2", "annotations": {"k8s.io/initial-events-end": "true"}}
    events = [("ADDED", running), ("BOOKMARK", {"metadata": marks})]

    async def one(seen, reader, writer):
        if seen.target.endswith("/portforward"):
            if seen.method == "GET":
                writer.write(status(400, "BadRequest", "no WebSockets"))
                return True
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                b"X-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n"
            )
            await serve(reader, writer)
            return False
        if "watch=" in seen.target:
            lines = (json.dumps({"type": kind, "object": of}) + "\n" for kind, of in events)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + "".join(lines).encode())
            await reader.read()
            return False
        writer.write(answer(json.dumps(running).encode()))
        return True

    async with Origin(one) as origin:
        yield origin


async def told_of_one_connection(origin):
    """What is on stderr, and how many bytes of memory it has once the connection has ended."""
    local = free_port()
    process = await forwarded(origin, f"{local}:80")
    assert (await process.stdout.readline()).startswith(b"Forwarding from ")
    lines = []
    reader, writer = await asyncio.open_connection("127.0.0.1", local)
    writer.write(b"hello")
    with suppress(ConnectionResetError):
        await reader.read()
    writer.close()

    async def told():
        while not (line := (await process.stderr.readline()).decode()).startswith("an error"):
            lines.append(line)
        lines.append(line)

    await told()
    most = memory(process.pid)
    process.send_signal(2)
    _, rest = await process.communicate()
    return lines + rest.decode().splitlines(keepends=True), most


async def test_what_a_pod_says_of_a_connection():
    async def refuses(reader, writer):
        while await reader.read(65536):
            text = f"no{ESCAPES}\nmore".encode()
            writer.write(struct.pack("!II", 1, 1 << 24 | len(text)) + text)

    async with with_streams(refuses) as origin, asyncio.timeout(60):
        lines, _ = await told_of_one_connection(origin)
    (line,) = lines
    assert rf": the pod did not take the connection: no{SHOWN}\nmore" in line
    assert line.rstrip("\n").isprintable()


NONSENSE = {
    "garbage": bytes(range(256)) * 256,
    "a control frame of 16 MB": struct.pack("!HHI", 0x8003, 1, 0xFFFFFF) + bytes(65528),
    "data of no stream": struct.pack("!II", 0, 0xFFFFFF) + bytes(65528),
    "another version": struct.pack("!HHI", 0x8002, 6, 4) * 8192,
}


@pytest.mark.parametrize("part", NONSENSE.values(), ids=NONSENSE.keys())
async def test_in_place_of_streams(part):
    """After the first bytes, so that there are connections to be told."""

    async def talk(reader, writer):
        while len(await reader.read(65536)) < 20:  # a ping, or the end
            if reader.at_eof():
                return
        for _ in range(FLOOD // len(part)):
            writer.write(part)
            await writer.drain()

    async with with_streams(talk) as origin, asyncio.timeout(60):
        lines, most = await told_of_one_connection(origin)
    assert any("the server does not speak as we do" in line for line in lines)
    assert all(line.rstrip("\n").isprintable() for line in lines)
    assert most < 40_000_000
