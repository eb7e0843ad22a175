"""Controllers, workers and whole machines die; traffic has to survive what can be survived."""

import os
import signal

import pytest

from live import processes
from live.manifests import backend, ingress, secret
from live.program import Program
from live.until import until
from model.certificates import pair

pytestmark = pytest.mark.nginx

HOST = "shop.example"


@pytest.fixture
def shop(program, ports):
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls", redirect="false"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    program.start()
    return program


def test_the_whole_machine_restarts_while_manifests_are_broken(shop):
    """They were broken before, so the state on disk is older than what is in the folder."""
    for name in ("web.yaml", "shop.yaml", "tls.yaml"):
        shop.save(name, "spec: [{")
    until(lambda: len(shop.problems()) == 3, "three problems")
    shop.kill_all()
    shop.start()
    shop.until_served(HOST, "/", "a")
    shop.until_served(HOST, "/", "a", tls=True)
    (shop.folder / "shop.yaml").unlink()
    shop.until_served(HOST, "/", "404")


def test_nginx_alone_serves_the_last_good_state(shop):
    """As at boot, before Portico has read anything: nginx by itself, from what lies on disk."""
    shop.kill_all()
    state = shop.state / "nginx"
    (state / "private.sock").unlink()
    errors = str(state / "error.log")
    command = ["nginx", "-p", f"{state}/", "-e", errors, "-c", str(state / "nginx.conf")]
    assert os.spawnvpe(os.P_WAIT, "nginx", command, {**os.environ, "PATH": PATH}) == 0
    shop.until_served(HOST, "/", "a")
    shop.start()
    figures = shop.figures()
    assert (figures["starts"], figures["reloads"], figures["whole_pushes"]) == (0, 0, 0)


def test_nginx_is_killed(shop):
    """Portico starts it again, and everything is served again."""
    first = shop.master
    workers = shop.workers
    for pid in (first, *workers):
        os.kill(pid, signal.SIGKILL)
    shop.until_served(HOST, "/", "a")
    until(lambda: shop.status()["engines"][0]["inSync"], "nginx to be in sync")
    assert shop.master != first
    assert shop.figures()["starts"] == 2


def test_the_master_is_killed(shop, ports):
    """Its workers hold the ports for as long as they live; Portico is in charge again."""
    first = shop.master
    processes.kill(first)
    until(lambda: shop.master not in (None, first), "another nginx")
    shop.until_served(HOST, "/", "a")
    shop.save("web.yaml", backend("web", ports["b"]))
    shop.until_served(HOST, "/", "b")


def test_nginx_is_killed_while_nobody_is_there(shop):
    shop.kill()
    processes.end_all_of(shop.root)
    shop.start()
    shop.until_served(HOST, "/", "a")
    figures = shop.figures()
    assert (figures["starts"], figures["whole_pushes"]) == (1, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_nginx_too(shop, number):
    assert processes.of_folder(shop.root)
    assert shop.stop(number) == 0
    assert not processes.of_folder(shop.root)
    assert "Traceback" not in shop.logged()


def test_a_stop_lets_requests_finish(shop):
    """What was asked before is answered; whoever comes later is refused."""
    import threading

    names = []
    asking = threading.Thread(target=lambda: names.append(shop.name(HOST, "/delay/1")))
    before = shop.figures()["connections_active"]
    asking.start()
    until(lambda: shop.figures()["connections_active"] > before, "the request to arrive")
    assert shop.stop() == 0
    asking.join()
    assert names == ["a"]
    assert shop.name(HOST) == "ConnectionRefusedError"


def test_a_stop_does_not_wait_for_ever(shop):
    """After --grace seconds the rest is cut."""
    import threading

    names = []
    asking = threading.Thread(target=lambda: names.append(shop.name(HOST, "/delay/60")))
    before = shop.figures()["connections_active"]
    asking.start()
    until(lambda: shop.figures()["connections_active"] > before, "the request to arrive")
    assert shop.stop() == 0
    asking.join()
    assert names == ["ConnectionError"]
    assert not processes.of_folder(shop.root)


def test_keep_leaves_nginx_serving(shop, ports):
    shop.stop()
    shop.start("--keep")
    master = shop.master
    assert shop.stop() == 0
    assert shop.master == master
    assert shop.name(HOST) == "a"
    shop.start()
    figures = shop.figures()
    assert (figures["starts"], figures["reloads"], figures["whole_pushes"]) == (0, 0, 0)
    assert shop.master == master
    shop.save("web.yaml", backend("web", ports["b"]))
    shop.until_served(HOST, "/", "b")


def test_changes_made_while_nobody_was_there(shop, ports):
    """The next controller says what differs, and nothing else."""
    shop.kill()
    shop.save("web.yaml", backend("web", ports["b"]))
    assert shop.name(HOST) == "a"
    shop.start()
    shop.until_served(HOST, "/", "b")
    figures = shop.figures()
    assert (figures["starts"], figures["whole_pushes"], figures["entries_pushed"]) == (0, 0, 1)


def test_other_settings_are_one_graceful_reload(shop):
    """nginx goes on; nothing is said twice."""
    master = shop.master
    shop.kill()
    shop.start("--workers", "3")
    until(lambda: len(shop.workers) == 3, "three workers")
    assert shop.master == master
    figures = shop.figures()
    assert (figures["starts"], figures["reloads"], figures["whole_pushes"]) == (0, 1, 0)
    assert shop.name(HOST) == "a"


def test_a_second_portico_on_the_same_state_is_refused(shop):
    second = Program.__new__(Program)
    second.__dict__.update(shop.__dict__)
    second.log, second.process = shop.root / "second.log", None
    second.launch("--admin", "127.0.0.1:0")
    assert second.ended() == 1
    assert second.logged() == (
        f"portico: another Portico runs with {shop.state}: stop it, or give this one its own "
        "--state-dir\n"
    )
    assert shop.name(HOST) == "a"
    assert shop.is_ready


PATH = os.environ.get("PATH", "") + ":/usr/sbin"
