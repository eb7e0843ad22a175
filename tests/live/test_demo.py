"""The first thing that anybody tries."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from live.demo import SHOP, Demo, try_out

pytestmark = pytest.mark.nginx


@pytest.fixture
def demo(root):
    made = Demo(root)
    command = (
        sys.executable, str(SHOP / "demo.py"),
        "--http-port", str(made.http),
        "--https-port", str(made.https),
        "--admin", f"127.0.0.1:{made.admin}",
        "--backend-ports", *map(str, made.backends),
    )  # fmt: skip
    try:
        made.start(command, folder=root)
        yield made
    finally:
        made.close()


def test_what_it_says_is_true(demo):
    """Every command it prints works as it says; then Ctrl-C leaves nothing behind."""
    answers = [try_out(command) for command in demo.commands()]
    front, cart, redirect, secure, stream, status, explained = answers
    assert json.loads(front)["name"] in ("web-1", "web-2")
    assert json.loads(cart)["name"] == "cart-1"
    assert redirect.startswith("HTTP/1.1 308")
    assert f"Location: https://secure.shop.localhost:{demo.https}" in redirect
    assert json.loads(secure)["headers"]["x-forwarded-proto"] == "https"
    assert stream == "id: 1\n"
    assert "engine  nginx: in sync" in status
    assert "problems none" in status
    assert f"127.0.0.1:{demo.backends[2]}" in explained
    names = {json.loads(try_out(demo.commands()[0]))["name"] for _ in range(4)}
    assert names == {"web-1", "web-2"}
    demo.interrupt()
    assert demo.process.returncode == 0
    assert "Traceback" not in demo.printed()
    demo.assert_nothing_is_left()


def test_terminated(demo):
    """As by a supervisor, or when the terminal is closed."""
    demo.process.send_signal(signal.SIGTERM)
    demo.process.wait(30)
    assert "Traceback" not in demo.printed()
    demo.assert_nothing_is_left()


def test_a_port_is_taken(root):
    """It says so, and leaves nothing behind either."""
    demo = Demo(root)
    with socket.create_server(("127.0.0.1", demo.admin)):
        done = subprocess.run(
            [sys.executable, str(SHOP / "demo.py"), "--http-port", str(demo.http),
             "--https-port", str(demo.https), "--admin", f"127.0.0.1:{demo.admin}",
             "--backend-ports", *map(str, demo.backends)],
            check=False, capture_output=True, text=True, timeout=60, env=demo.environment,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"the admin port 127.0.0.1:{demo.admin}: address already in use" in done.stderr
    assert "Traceback" not in done.stderr
    demo.assert_nothing_is_left()
