"""A relay outlives Portico, is found again, and is replaced without anybody noticing."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engines_relay.plans import frontend, plan_of, pool
from engines_relay.stage import Stage, is_cut, read
from live.until import until
from portico.engines.relay import relay_port
from portico.plan.plan import Diff, diff
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "198.51.100.1"
NOTHING = Diff({}, set())


@pytest.fixture
def server(stage):
    return stage.receiver()


@pytest.fixture
def shop(server):
    web = pool(server.place)
    return plan_of(web, frontend(VIP, web))


def runs(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def refuses(stage):
    """Whether clients are refused by the kernel: nobody listens."""
    try:
        stage.connect(VIP)
    except ConnectionRefusedError:
        return True
    return False


def talks(ends):
    """Whether bytes go through an open connection, both ways."""
    for one, other in (ends, ends[::-1]):
        one.sendall(b"still there?")
        if read(other, 12) != b"still there?":
            return False
    return True


def test_no_process_without_need(stage, shop):
    assert stage.serve({}).in_sync
    assert stage.pid() == 0
    stage.serve(shop)
    assert runs(stage.pid())


def test_twice_changes_nothing(stage, shop):
    first = stage.serve(shop).figures
    for hint in (None, NOTHING, Diff(dict(shop), set()), Diff({}, set(shop))):
        assert stage.serve(shop, hint).figures == first
    assert (first["starts"], first["pushes"]) == (1, 0)  # it read the table when it started


def test_new_connections_follow_the_plan_and_open_ones_stay(stage, server, shop):
    other = stage.receiver("10.2.0.12")
    stage.serve(shop)
    caller = stage.connect(VIP)
    open_one = caller, server.take()[1]
    moved = plan_of(*shop.values(), pool(other.place))
    figures = stage.serve(moved, diff(shop, moved)).figures
    assert (figures["starts"], figures["pushes"]) == (1, 1)
    stage.connect(VIP)
    assert other.take()
    assert talks(open_one)
    assert not server.has_callers()


def test_when_the_last_frontend_is_gone_open_connections_are_finished(stage, server, shop):
    stage.serve(shop)
    pid = stage.pid()
    caller = stage.connect(VIP)
    taken = server.take()[1]
    assert stage.serve({}, diff(shop, {})).in_sync
    assert stage.pid() == 0
    until(lambda: refuses(stage), "the port to be closed")
    assert talks((caller, taken))
    caller.close()
    taken.close()
    until(lambda: not runs(pid), "the relay to end")
    stage.serve(shop, diff({}, shop))
    stage.connect(VIP)
    assert server.take()


def test_another_portico_adopts_the_relay(stage, server, shop):
    stage.serve(shop)
    pid = stage.pid()
    ends = stage.connect(VIP), server.take()[1]
    stage.run(stage.engine.close(keep=True))
    stage.take_over()
    figures = stage.serve(shop, NOTHING).figures
    assert (figures["pid"], figures["starts"], figures["pushes"]) == (pid, 0, 0)
    assert talks(ends)
    stage.connect(VIP)
    assert server.take()


PORTICO = """
import asyncio, sys
from pathlib import Path
from engines_relay.plans import frontend, plan_of, pool
from portico.engines.relay import Options, Relay

async def main():
    web = pool(("10.2.0.11", 8080))
    report = await Relay(Options(Path(sys.argv[1]))).converge(
        plan_of(web, frontend("198.51.100.1", web)), None)
    print(report.in_sync, report.detail, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_kill_9_of_portico_harms_no_connection(stage, server, shop):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    portico = stage.world.machine.start(
        *(sys.executable, "-c", PORTICO, str(stage.options.state_dir)),
        stdout=subprocess.PIPE,
        env=environment,
    )
    with portico.stdout as told:
        assert told.readline() == b"True \n"
    stage.redirect(relay_port(stage.options.state_dir))
    pid = stage.pid()
    ends = stage.connect(VIP), server.take()[1]
    os.killpg(portico.pid, signal.SIGKILL)
    portico.wait()
    assert talks(ends)
    stage.connect(VIP)
    assert server.take()
    figures = stage.serve(shop).figures
    assert (figures["pid"], figures["starts"]) == (pid, 0)
    assert talks(ends)


def test_a_relay_that_was_killed_is_started_again_with_its_table(stage, server, shop):
    stage.serve(shop)
    os.kill(stage.pid(), signal.SIGKILL)
    until(lambda: stage.pid() == 0, "its end")
    figures = stage.serve(shop, NOTHING).figures
    assert (figures["starts"], figures["pushes"]) == (2, 0)
    stage.connect(VIP)
    assert server.take()


def test_a_relay_that_cannot_be_reached_is_replaced(stage, server, shop):
    stage.serve(shop)
    pid = stage.pid()
    ends = stage.connect(VIP), server.take()[1]
    (stage.options.state / "control.sock").unlink()
    assert stage.serve(shop, NOTHING).in_sync
    assert stage.pid() not in (0, pid)
    stage.connect(VIP)
    assert server.take()
    assert talks(ends)
    for each in ends:
        each.close()
    until(lambda: not runs(pid), "the old relay to end")


def test_a_relay_that_hangs_is_replaced(stage, server, shop, monkeypatch):
    monkeypatch.setattr("portico.engines.relay.client.PATIENCE", 0.2)
    monkeypatch.setattr("portico.engines.relay.process.LAST_PATIENCE", 0.2)
    monkeypatch.setattr("portico.engines.companion.process.LAST_PATIENCE", 0.2)
    stage.serve(shop)
    pid = stage.pid()
    os.kill(pid, signal.SIGSTOP)
    assert stage.serve(shop, None).in_sync
    assert not runs(pid)
    stage.connect(VIP)
    assert server.take()


def test_a_relay_of_other_orders_is_replaced_without_a_gap(stage, server, shop, monkeypatch):
    stage.serve(shop)
    old = stage.pid()
    ends = stage.connect(VIP), server.take()[1]
    newer = Stage(stage.world, stage.options.state_dir, connections=77)
    stage.engine = newer.engine
    assert stage.serve(shop).in_sync
    assert stage.pid() != old
    assert talks(ends)
    stage.connect(VIP)
    assert server.take()
    assert runs(old), "it still has a connection"
    for each in ends:
        each.close()
    until(lambda: not runs(old), "the old relay to end")


def test_it_is_nobody_and_its_socket_is_for_root_only(stage, shop):
    stage.serve(shop)
    status = Path(f"/proc/{stage.pid()}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert set(fields["Uid"].split()) == {fields["Uid"].split()[0]} != {"0"}
    assert set(fields["Gid"].split()) != {"0"}
    assert fields["Groups"].split() == []
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
    told = (stage.options.state / "control.sock").stat()
    assert (told.st_uid, stat.S_IMODE(told.st_mode)) == (0, 0o600)
    assert stat.S_IMODE(stage.options.state.stat().st_mode) == 0o700


def test_a_port_of_another_program_is_reported(stage, server, shop):
    port = relay_port(stage.options.state_dir)
    other = stage.world.machine.socket()
    with other:
        other.bind(("", port))
        other.listen()
        report = stage.serve(shop)
        assert not report.in_sync
        assert f"port {port} of the relay is taken" in report.detail
    assert stage.serve(shop).in_sync
    stage.connect(VIP)
    assert server.take()


def test_the_port_is_chosen_once(tmp_path):
    port = relay_port(tmp_path)
    assert port > 32767
    assert relay_port(tmp_path) == port
    assert relay_port(tmp_path, 4711) == 4711


def test_at_the_end_connections_get_their_grace(stage, server, shop):
    stage.serve(shop)
    pid = stage.pid()
    ends = stage.connect(VIP), server.take()[1]
    stage.engine = Stage(stage.world, stage.options.state_dir, grace=0.5).engine
    stage.run(stage.engine.close(keep=False))
    assert not runs(pid)
    assert is_cut(ends[0])
    assert is_cut(ends[1])
    assert not (stage.options.state / "control.sock").exists()
    with pytest.raises(ConnectionRefusedError):
        stage.connect(VIP)


def test_a_wrong_request_is_answered_and_changes_nothing(stage, server, shop):
    stage.serve(shop)
    for line in (b"nonsense\n", b'{"type":"push","table":{"doors":1}}\n', b"[]\n"):
        assert b'"error":"' in (said := stage.say(line))
        assert b'"error":""' not in said
    stage.connect(VIP)
    assert server.take()
