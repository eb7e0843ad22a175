"""Ports that are taken, addresses, users, and where state is kept."""

import os
import socket
import stat
from pathlib import Path

import pytest

from live import processes
from live.manifests import backend, ingress, secret
from live.until import until
from model.certificates import pair
from support.client import Client

pytestmark = pytest.mark.nginx

HOST = "shop.example"
NOBODY = 65534
# The one right left is to read: the checkout may lie in root's own home.
AS_NOBODY = (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs",
    "--bounding-set=-all,+dac_read_search", "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search", "env", "-u", "HOME",
)  # fmt: skip
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def shop(program, ports):
    """Not started."""
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls", redirect="false"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    return program


def test_a_busy_http_port(shop):
    """It is told what is wrong; nothing is ready; and once the port is free, all is served."""
    with socket.create_server(("127.0.0.1", shop.http)):
        shop.launch()
        until(lambda: "Address already in use" in shop.logged(), "a message")
        message = shop.logged()
        assert f"127.0.0.1:{shop.http}" in message
        assert "--http-port" in message
        assert shop.asked("/livez").status == 200
        assert shop.asked("/readyz").status == 503
        (engine,) = shop.status()["engines"]
        assert not engine["inSync"]
        assert "Address already in use" in engine["detail"]
    shop.wait_until_ready()
    shop.until_served(HOST, "/", "a")
    assert shop.status()["engines"][0]["inSync"]


def test_a_busy_admin_port(shop):
    with socket.create_server(("127.0.0.1", shop.admin)):
        shop.launch()
        assert shop.ended() == 1
    assert shop.logged() == (
        f"portico: the admin port 127.0.0.1:{shop.admin}: address already in use; see --admin\n"
    )
    assert not processes.of_folder(shop.root)


def test_a_state_folder_that_cannot_be(shop):
    shop.state.write_text("a file")
    shop.launch()
    assert shop.ended() == 1
    assert shop.logged().startswith(f"portico: {shop.state}")
    assert "--state-dir" in shop.logged()
    assert "Traceback" not in shop.logged()


def test_only_one_address(shop):
    """`--bind` says where, and nothing listens elsewhere."""
    shop.start("--bind", "127.0.0.2")
    for address, is_there in (("127.0.0.1", True), ("127.0.0.2", True), ("127.0.0.3", False)):
        with socket.socket() as client:
            assert (client.connect_ex((address, shop.http)) == 0) is is_there


@pytest.mark.parametrize(
    ("option", "works", "silent"),
    [("--https-port", "http", "https"), ("--http-port", "https", "http")],
)
def test_one_port_is_switched_off(shop, option, works, silent):
    shop.start(option, "0")
    assert shop.name(HOST, tls=works == "https") == "a"
    assert shop.name(HOST, tls=silent == "https") == "ConnectionRefusedError"


def test_redirects_name_the_port_outside(shop, ports):
    shop.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls"))
    shop.start("--redirect-port", "443")
    assert shop.get(HOST, "/a?b=c").header("Location") == f"https://{HOST}/a?b=c"
    shop.stop()
    shop.start()
    assert shop.get(HOST, "/a?b=c").header("Location") == f"https://{HOST}:{shop.https}/a?b=c"


def test_secrets_on_disk_are_private(shop):
    """Whoever else is on this machine may not read keys, nor speak to the private socket."""
    shop.start()
    shop.save("tls.yaml", "broken: [")
    until(shop.problems, "a problem")
    nginx, (held,) = shop.state / "nginx", (shop.state / "held").iterdir()
    assert b"PRIVATE KEY" in (nginx / "plan.frames").read_bytes()
    assert b"tls.key" in held.read_bytes()
    for file in ("plan.frames", "default.key", "private.sock"):
        assert mode(nginx / file) == 0o600
    assert mode(held) == mode(shop.state / "lock") == 0o600
    assert mode(shop.state / "held") == 0o700


@needs_root
def test_started_by_root_workers_are_somebody_else(shop):
    shop.start()
    assert processes.owner(shop.master) == 0
    assert all(processes.owner(worker) != 0 for worker in shop.workers)


@needs_root
def test_started_by_an_ordinary_user(shop, ports):
    """Without any right; started again, and with changes on the way."""
    shop.state.mkdir()
    os.chown(shop.state, NOBODY, NOBODY)
    shop.prefix = AS_NOBODY
    shop.start()
    assert processes.owner(shop.process.pid) == NOBODY
    assert {processes.owner(pid) for pid in (shop.master, *shop.workers)} == {NOBODY}
    shop.until_served(HOST, "/", "a")
    shop.until_served(HOST, "/", "a", tls=True)
    shop.save("web.yaml", backend("web", ports["b"]))
    shop.until_served(HOST, "/", "b")
    shop.kill()
    shop.start()
    assert shop.figures()["starts"] == 0
    # More than memory holds goes through files of nginx's own.
    assert shop.get(HOST, "/", method="POST", body=b"x" * 5_000_000).status == 200
    assert len(shop.get(HOST, "/bytes/5000000").body) == 5_000_000
    shop.kill_all()
    shop.start()
    shop.until_served(HOST, "/", "b")


@needs_root
def test_an_ordinary_user_and_a_port_of_root(shop):
    """What is wrong and what to do is told."""
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 81:
        pytest.skip("every port is for everybody here")
    shop.state.mkdir()
    os.chown(shop.state, NOBODY, NOBODY)
    shop.prefix = AS_NOBODY
    shop.launch("--http-port", "81")
    until(lambda: "ports below 1024 need root" in shop.logged(), "a message")
    assert shop.asked("/readyz").status == 503


def test_ipv6_in(shop):
    shop.start()
    with Client(shop.http, address="::1") as client:
        answer = client.ask("/", HOST)
        assert answer.header("X-Echo-Name") == "a"
        assert b'"x-real-ip": "::1"' in answer.body


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)
