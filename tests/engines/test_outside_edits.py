"""Somebody else kills nginx, or touches its files or its data: the next look puts it right."""

import os
import signal

import pytest

from portico.engines.nginx import frames
from portico.engines.nginx.private_socket import PrivateSocket
from portico.engines.nginx.snapshot import replay
from portico.plan.plan import Diff, diff
from support.asking import reached
from support.nginx import wait_for_end
from support.plans import addresses, backend, plan_of, site

pytestmark = pytest.mark.nginx

NOTHING = Diff({}, set())


def push(live, body):
    """Frames from a stranger."""
    socket = PrivateSocket(live.folder / "private.sock")

    async def commit():
        try:
            await socket.push(body)
        finally:
            await socket.close()

    live.runner.run(commit())


def kill_master(live):
    pids = live.pids()
    os.kill(master_of(live), signal.SIGKILL)
    for pid in pids:
        wait_for_end(pid)  # its workers finish what they have and go, too


def kill_all(live):
    live.kill()


def stop(live):
    master = master_of(live)
    os.kill(master, signal.SIGTERM)
    wait_for_end(master)


def master_of(live):
    return int(live.inspect()["master"])


@pytest.mark.parametrize("end", [kill_all, kill_master, stop])
def test_nginx_that_ended_is_started_again(own_nginx, shop, end):
    own_nginx.serve(shop)
    end(own_nginx)
    figures = own_nginx.serve(shop, NOTHING)
    assert figures["starts"] == 2
    assert figures["pushes"] == 1  # it has found its data on the disk
    assert reached(own_nginx) == "127.0.10.1"


def test_a_killed_worker_is_replaced_by_nginx_itself(own_nginx, shop):
    before = own_nginx.serve(shop)
    for worker in own_nginx.pids() - {master_of(own_nginx)}:
        os.kill(worker, signal.SIGKILL)
        wait_for_end(worker)
    assert reached(own_nginx) == "127.0.10.1"
    assert own_nginx.serve(shop, NOTHING)["pushes"] == before["pushes"]


def test_nginx_that_was_started_by_somebody_else_is_adopted(own_nginx, shop):
    own_nginx.serve(shop)
    own_nginx.restart()
    assert reached(own_nginx) == "127.0.10.1"  # before Portico has said anything
    figures = own_nginx.serve(shop, NOTHING)
    assert (figures["starts"], figures["pushes"]) == (1, 1)


def test_the_last_good_state_is_what_nginx_starts_with(own_nginx, shop, endpoints):
    """Every kind of change is on the disk: an entry put, changed, and removed."""
    own_nginx.serve(shop)
    new = plan_of(
        *shop.values(), backend("front", *addresses(endpoints.port, 7)), site("x", {"/": "cart"})
    )
    own_nginx.serve(new, diff(shop, new))
    less = {key: unit for key, unit in new.items() if key.name != "shop.example"}
    own_nginx.serve(less, diff(new, less))
    own_nginx.restart()
    assert reached(own_nginx, host="shop.example") == "404"
    assert reached(own_nginx, host="x") in ("127.0.10.2", "127.0.10.3")


@pytest.mark.parametrize("edit", [
    lambda version: frames.commit(version + 1, whole=False),
    lambda version: frames.delete(b"h:shop.example") + frames.commit(version + 1, whole=False),
    lambda version: frames.put(b"h:shop.example", b"{}") + frames.commit(version + 1, whole=False),
    lambda version: frames.commit(version + 500, whole=True),
], ids=["version", "delete", "change", "everything"])  # fmt: skip
def test_data_that_a_stranger_pushed_is_overwritten(own_nginx, shop, edit):
    figures = own_nginx.serve(shop)
    push(own_nginx, edit(figures["version"]))
    own_nginx.serve(shop, None)
    assert reached(own_nginx) == "127.0.10.1"


def test_a_change_meets_the_data_of_a_stranger(own_nginx, shop, endpoints):
    figures = own_nginx.serve(shop)
    push(
        own_nginx,
        frames.delete(b"h:shop.example") + frames.commit(figures["version"] + 1, whole=False),
    )
    new = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    own_nginx.serve(new, diff(shop, new))
    assert reached(own_nginx) == "127.0.10.7"


@pytest.mark.parametrize("frame", [b"nonsense\n", b"set 5 5\nab", b"set 1 1\nxy", b""])
def test_what_is_no_commit_is_not_taken(own_nginx, shop, frame):
    own_nginx.serve(shop)
    with pytest.raises(Exception, match="400"):
        push(own_nginx, frame)
    assert reached(own_nginx) == "127.0.10.1"


def test_a_removed_socket_comes_back(own_nginx, shop, endpoints):
    own_nginx.serve(shop)
    (own_nginx.folder / "private.sock").unlink()
    new = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    own_nginx.serve(new, diff(shop, new))
    assert reached(own_nginx) == "127.0.10.7"
    own_nginx.take_over()
    assert own_nginx.serve(new, NOTHING)["starts"] == 0


def lose(file):
    file.unlink()


def scribble(file):
    file.write_bytes(b"\0" * file.stat().st_size)


def flip(file):
    """Another endpoint than was pushed, and all lengths as they were."""
    text = file.read_bytes()
    assert b"127.0.10.1" in text
    file.write_bytes(text.replace(b"127.0.10.1", b"127.0.10.9"))


def cut(at):
    def shorten(file):
        file.write_bytes(file.read_bytes()[:at])

    shorten.__name__ = f"cut at {at}"
    return shorten


HARMS = [lose, scribble, flip, *(cut(at) for at in (0, 1, 11, 40, -1))]


def complete(live, plan):
    """Whether nginx would find the whole plan on the disk."""
    wanted = {frames.entry_key(unit.key): frames.entry(unit) for unit in plan.values()}
    return replay((live.folder / "plan.frames").read_bytes()).entries == wanted


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_nginx_starts_with_a_harmed_file_and_is_put_right(own_nginx, shop, harm):
    own_nginx.serve(shop)
    own_nginx.kill()
    harm(own_nginx.folder / "plan.frames")
    own_nginx.run("-c", str(own_nginx.folder / "nginx.conf"))
    assert reached(own_nginx) in ("404", "127.0.10.9")  # half a commit is no commit
    own_nginx.take_over()
    own_nginx.serve(shop, NOTHING)
    assert reached(own_nginx) == "127.0.10.1"
    assert complete(own_nginx, shop)


@pytest.mark.parametrize("harm", [lose, *(cut(at) for at in (0, 40, -1))], ids=lambda h: h.__name__)
def test_a_file_harmed_while_nginx_runs_is_written_anew(own_nginx, shop, endpoints, harm):
    own_nginx.serve(shop)
    harm(own_nginx.folder / "plan.frames")
    new = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    own_nginx.serve(new, diff(shop, new))
    assert complete(own_nginx, new)
    harm(own_nginx.folder / "plan.frames")
    own_nginx.serve(new, NOTHING)  # even where nothing has changed
    assert complete(own_nginx, new)


@pytest.mark.parametrize("at", [1, 20, -1])
def test_a_commit_torn_by_a_crash_is_not_built_upon(own_nginx, shop, endpoints, at):
    """Both nginx and the engine start from the whole commit before it."""
    own_nginx.serve(shop)
    file = own_nginx.folder / "plan.frames"
    before = file.stat().st_size
    new = plan_of(*shop.values(), backend("front", *addresses(endpoints.port, 7)))
    own_nginx.serve(new, diff(shop, new))
    own_nginx.kill()
    text = file.read_bytes()
    file.write_bytes(text[:before] + text[before:][:at])
    own_nginx.run("-c", str(own_nginx.folder / "nginx.conf"))
    assert reached(own_nginx) == "127.0.10.1"
    own_nginx.take_over()
    own_nginx.serve(new, NOTHING)
    assert complete(own_nginx, new)
    own_nginx.restart()
    assert reached(own_nginx) == "127.0.10.7"


def test_a_configuration_that_somebody_edited_is_put_back(own_nginx, shop):
    own_nginx.serve(shop)
    conf = own_nginx.folder / "nginx.conf"
    text = conf.read_text()
    conf.write_text("# mine now\n")
    own_nginx.take_over()
    own_nginx.serve(shop, NOTHING)
    assert conf.read_text() == text
    assert reached(own_nginx) == "127.0.10.1"
