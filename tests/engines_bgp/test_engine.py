"""The engine: what every engine promises, and what this one starts, adopts and leaves behind."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import portico
from engines_bgp.engine_stage import EngineStage
from engines_bgp.plans import peer, plan_of, route
from engines_bgp.town import ROUTER, bird
from live.until import until
from portico.engines.bgp import wire
from portico.engines.bgp.chart import changed, chart
from portico.plan.bgp import BfdTimes, Nodes, Password
from portico.plan.plan import Diff, diff
from support.netns import needs_namespaces
from support.routers import needs_bird

WEB, OTHER, THIRD = (f"198.51.100.{number}/32" for number in (1, 2, 3))
RACK = peer()
NOTHING = Diff({}, set())


@pytest.fixture
def stage(town):
    made = EngineStage(town.machine)
    try:
        yield made
    finally:
        made.close()


def has(router, prefix):
    return prefix.removesuffix("/32") in router.kernel()


@needs_namespaces
@needs_bird
def test_the_contract_of_an_engine(town, tmp_path, stage):
    """One story, because sessions take their time."""
    router = bird(town, tmp_path)
    assert stage.serve({}).in_sync
    assert stage.pids() == set()  # no process without need

    first = plan_of(RACK, route(WEB, RACK), route(OTHER, RACK))
    assert stage.serve(first).in_sync
    until(lambda: has(router, WEB) and has(router, OTHER), "both routes")
    pids, figures = stage.pids(), stage.figures()
    for hint in (None, NOTHING, Diff(dict(first), set()), Diff({}, set(first))):
        assert stage.serve(first, hint).in_sync  # twice changes nothing, whatever the hint
    assert stage.pids() == pids
    assert stage.figures()["pushes"] == figures["pushes"]
    assert has(router, WEB)

    second = plan_of(RACK, route(WEB, RACK, communities=("64512:7",)), route(THIRD, RACK))
    stage.serve(second, diff(first, second))
    until(lambda: has(router, THIRD) and not has(router, OTHER), "one more, and one less")
    until(lambda: "(64512,7)" in router.route(WEB), "the community")
    assert stage.figures()["changes"] >= 1
    assert stage.figures()["pushes"] == figures["pushes"]  # only what differs was told

    stage.take_over()
    assert stage.serve(second).in_sync
    assert stage.pids() == pids  # adopted, daemon and all
    assert stage.state().sessions[ROUTER].downs == 0

    os.kill(stage.figures()["pid"], signal.SIGKILL)
    until(lambda: stage.state() is None, "the speaker to be gone")
    until(lambda: stage.serve(second, NOTHING).in_sync, "another speaker")
    assert has(router, WEB)
    assert stage.state().starts == 0  # its daemon was not started anew

    stage.stop(keep=True)
    assert stage.is_up(ROUTER)
    stage.stop(keep=False)
    until(lambda: not stage.pids(), "everything to end")
    assert router.kernel() == ""


@needs_namespaces
@needs_bird
def test_without_peers_nothing_is_left(town, tmp_path, stage):
    router = bird(town, tmp_path)
    plan = plan_of(peer(bfd=BfdTimes()), route(WEB, RACK))
    stage.serve(plan)
    until(lambda: has(router, WEB), "the route")
    assert len(stage.pids()) == 3
    assert stage.serve({}, diff(plan, {})).in_sync
    assert stage.pids() == set()
    assert not has(router, WEB)


@needs_namespaces
def test_what_keeps_it_from_working_is_told(town, stage):
    rogue = replace(RACK, vrf="not-here")
    report = stage.serve(plan_of(rogue))
    assert report.in_sync  # a session that does not come up is no trouble of ours
    assert stage.state().sessions[ROUTER].state == "down"
    stage.options.state.joinpath("control.sock").unlink()
    report = stage.serve(plan_of(RACK))
    assert report.in_sync, report.detail


def of(plan, node="a"):
    return chart(plan, node, "192.0.2.1").table()


def test_a_node_has_its_own_sessions_and_tells_its_own_routes():
    mine, other = peer("mine", nodes=Nodes(("a",))), peer("other", "192.0.2.9", nodes=Nodes(("b",)))
    plan = plan_of(
        mine, other, route(WEB, mine, other), route(OTHER, mine, nodes=Nodes(("b",))),
        route(THIRD, other),
    )  # fmt: skip
    assert [each.address for each in of(plan).peers] == [ROUTER]
    assert [each.prefix for each in of(plan).routes[ROUTER]] == [WEB]
    assert [each.prefix for each in of(plan, "b").routes["192.0.2.9"]] == [WEB, THIRD]
    assert of(plan, "c") == wire.Table()


def test_the_local_preference_stays_in_its_as():
    inside, outside = peer("in", remote=64512), peer("out", "192.0.2.9")
    table = of(plan_of(inside, outside, route(WEB, inside, outside, local_pref=300)))
    assert table.routes[ROUTER][0].local_pref == 300
    assert table.routes["192.0.2.9"][0].local_pref is None
    assert {each.address: each.remote for each in table.peers} == {
        ROUTER: "internal", "192.0.2.9": 64513,
    }  # fmt: skip


def test_a_password_is_in_the_table_and_in_no_repr():
    table = of(plan_of(peer(password=Password("s3cret"))))
    assert table.peers[0].password == "s3cret"
    assert "s3cret" not in repr(table)


def test_the_table_does_not_depend_on_the_order_of_the_plan():
    units = [RACK, peer("b", "192.0.2.9"), *(route(each, RACK) for each in (WEB, OTHER, THIRD))]
    assert of(plan_of(*units)) == of(plan_of(*reversed(units)))


def test_a_change_leads_to_what_a_whole_chart_would_be():
    other = peer("b", "192.0.2.9")
    before = plan_of(RACK, other, route(WEB, RACK, other), route(OTHER, RACK))
    after = plan_of(
        RACK, other, route(WEB, other, communities=("64512:1",)), route(THIRD, RACK),
    )  # fmt: skip
    found, change = changed(chart(before, "a", "192.0.2.1"), diff(before, after), "a")
    assert found == chart(after, "a", "192.0.2.1")
    assert {peer: [each.prefix for each in routes] for peer, routes in change.put.items()} == {
        ROUTER: [THIRD], "192.0.2.9": [WEB],
    }  # fmt: skip
    assert {peer: set(prefixes) for peer, prefixes in change.drop.items()} == {
        ROUTER: {WEB, OTHER}
    }  # fmt: skip
    assert changed(found, Diff({RACK.key: RACK}, set()), "a") == (found, None)


ALONE = """
import asyncio, sys
from pathlib import Path
from portico.engines.bgp import Bgp, Options
from engines_bgp.plans import peer, plan_of
from portico.plan.bgp import BfdTimes

SHOWN = ("Uid", "CapEff")

async def main():
    engine = Bgp(Options(Path(sys.argv[1]), "a"))
    report = await engine.converge(plan_of(peer(bfd=BfdTimes())), None)
    assert report.in_sync, report
    for file in Path(sys.argv[1]).glob("*/*.pid"):
        status = Path(f"/proc/{file.read_text().strip()}/status").read_text().splitlines()
        print(file.name, *(line.split()[1] for line in status if line.startswith(SHOWN)))
    await engine.close(keep=False)

asyncio.run(main())
"""


@needs_namespaces
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to lose")
def test_in_a_pod_no_process_keeps_a_capability(town, tmp_path):
    """As deploy/node has it: root, two capabilities, and no right to become somebody else."""
    told = town.machine.run(
        "env", f"PYTHONPATH={Path(__file__).parents[1]}", "setpriv",
        "--bounding-set=-all,+net_admin,+net_raw", "--inh-caps=-all",
        sys.executable, "-c", ALONE, str(tmp_path),
    )  # fmt: skip
    assert sorted(told.splitlines()) == [
        f"{name}.pid 0 0000000000000000" for name in ("bfd", "exabgp", "speaker")
    ]


def why_no_other_python() -> str:
    """A Python that everybody may run, of the very version that our packages were built for."""
    if os.geteuid() != 0:
        return "only root can become somebody else"
    version = "import sys; print(*sys.version_info[:2])"
    try:
        told = subprocess.run([PYTHON, "-c", version], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return f"there is no {PYTHON}"
    ours = " ".join(map(str, sys.version_info[:2]))
    return "" if told.stdout.split() == ours.split() else f"{PYTHON} is another version"


PYTHON = "/usr/bin/python3"
REASON = why_no_other_python()


@needs_namespaces
@needs_bird
@pytest.mark.skipif(bool(REASON), reason=REASON or "there is one")
def test_root_runs_it_as_nobody(town, tmp_path):
    router = bird(town, tmp_path)
    state = Path(tempfile.mkdtemp())
    state.chmod(0o711)
    packages = (Path(__file__).parents[1], Path(portico.__file__).parents[1],
                Path(msgspec.__file__).parents[1])  # fmt: skip
    try:
        told = town.machine.run(
            "env", f"PYTHONPATH={':'.join(map(str, packages))}", PYTHON, "-c", ALONE, str(state)
        )
    finally:
        shutil.rmtree(state)
    assert router.session("v4_1")
    nobody = pwd.getpwnam("nobody").pw_uid
    found = [line for line in told.splitlines() if ".pid " in line]
    assert sorted(found) == [
        f"{name}.pid {nobody} 0000000000000000" for name in ("bfd", "exabgp", "speaker")
    ]
