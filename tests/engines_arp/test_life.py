"""The responder outlives Portico, is adopted, replaced, and holds no more rights than it needs."""

import os
import signal
import stat
from pathlib import Path

import pytest

from engines_arp.plans import announced, plan_of
from engines_arp.stage import Stage, runs
from live.until import until
from support.netns import needs_namespaces

pytestmark = needs_namespaces

VIP = "192.0.2.100"
SECRET = "a secret that is long enough\n"


@pytest.fixture
def alone(network, tmp_path):
    made = Stage(network, tmp_path, nodes=1)
    try:
        yield made
    finally:
        made.close()


def test_it_answers_on_while_portico_is_away_and_is_adopted(alone):
    (node,) = alone.nodes
    node.serve(plan_of(announced(VIP)))
    until(lambda: node.holds(VIP), "it to have the address")
    pid = node.pid()
    node.take_over()
    assert node.pid() == pid
    assert node.holds(VIP)
    report = node.serve(plan_of(announced(VIP)))
    assert (report.in_sync, report.figures["starts"], report.figures["pushes"]) == (True, 0, 0)
    assert node.holds(VIP)


def test_with_keep_it_goes_on_and_without_it_ends(alone):
    (node,) = alone.nodes
    node.serve(plan_of(announced(VIP)))
    pid = node.pid()
    node.run(node.engine.close(keep=True))
    assert node.pid() == pid
    node.run(node.engine.close(keep=False))
    assert node.look() is None
    assert not runs(pid)


def test_other_orders_mean_another_responder(alone):
    (node,) = alone.nodes
    node.serve(plan_of(announced(VIP)))
    pid = node.pid()
    node.take_over(interval=0.05)
    assert node.serve(plan_of(announced(VIP))).in_sync
    assert node.pid() != pid
    until(lambda: node.holds(VIP), "the new one to have it")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_one_that_is_gone_or_hangs_is_replaced(alone, how, monkeypatch):
    monkeypatch.setattr("portico.engines.arp.client.PATIENCE", 0.3)
    (node,) = alone.nodes
    node.serve(plan_of(announced(VIP)))
    pid = node.pid()
    node.signal(how)
    assert node.serve(plan_of(announced(VIP))).in_sync
    assert node.pid() != pid
    until(lambda: node.holds(VIP), "the new one to have it")


def test_thousands_of_addresses_are_told_of_and_announced(alone):
    """All of that is longer than what the kernel takes at once."""
    (node,) = alone.nodes
    addresses = [f"10.1.{high}.{low}" for high in range(24) for low in range(250)]
    node.serve(plan_of(*(announced(address) for address in addresses)))
    until(lambda: node.look().held == len(addresses), "all to be ours")
    until(
        lambda: sum(one.gratuitous > 0 for one in node.look().counts.values()) == len(addresses),
        "all to be announced",
    )


def test_nothing_to_announce_no_process(alone):
    (node,) = alone.nodes
    assert node.serve(plan_of()).in_sync
    assert node.look() is None
    node.serve(plan_of(announced(VIP)))
    pid = node.pid()
    node.serve(plan_of())
    assert node.look() is None
    assert not runs(pid)


def test_its_socket_its_rights_and_its_arguments(alone, tmp_path):
    (node,) = alone.nodes
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    node.take_over(secret_file=secret)
    assert node.serve(plan_of(announced(VIP))).detail == ""
    home = node.folder / "arp"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "control.sock").stat().st_mode) == 0o600
    proc = Path(f"/proc/{node.pid()}")
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines())
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 1 << 13, "CAP_NET_RAW"
    assert status["NoNewPrivs"] == "1"
    assert int(status["Uid"].split()[0]) != 0 or os.geteuid() != 0
    told = (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
    assert SECRET.strip().encode() not in told
    for file in home.iterdir():
        if file.is_file():
            assert SECRET.strip() not in file.read_text()


def test_a_changed_secret_is_followed(alone, tmp_path):
    (node,) = alone.nodes
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    node.take_over(secret_file=secret)
    node.serve(plan_of(announced(VIP)))
    secret.write_text("another secret, just as long\n" + SECRET)
    assert node.serve(plan_of(announced(VIP))).figures["pushes"] == 2
    secret.write_text("short\n")
    report = node.serve(plan_of(announced(VIP)))
    assert not report.in_sync
    assert "shorter than 16" in report.detail
    assert "short\n" not in report.detail
    node.serve(plan_of(announced(VIP), announced("192.0.2.101")))
    until(lambda: node.holds("192.0.2.101"), "all to go on with the secret that was known")
    assert node.holds(VIP)


def test_a_secret_that_cannot_be_read_at_the_start_announces_nothing(alone, tmp_path):
    (node,) = alone.nodes
    node.take_over(secret_file=tmp_path / "missing")
    report = node.serve(plan_of(announced(VIP)))
    assert not report.in_sync
    assert "missing" in report.detail
    assert node.look() is None


def test_nodes_with_different_secrets_do_not_believe_each_other(network, tmp_path):
    stage = Stage(network, tmp_path, nodes=2)
    try:
        for node, text in zip(
            stage.nodes, ("one secret of one node", "the secret of another"), strict=True
        ):
            file = tmp_path / f"{node.name}-secret"
            file.write_text(text)
            node.take_over(secret_file=file)
            node.serve(plan_of(announced(VIP)))
        until(lambda: all(node.look().forged for node in stage.nodes), "forgeries to be counted")
        assert all(not node.link().neighbours for node in stage.nodes)
    finally:
        stage.close()


def test_without_a_secret_it_works_and_says_so(alone):
    (node,) = alone.nodes
    report = node.serve(plan_of(announced(VIP)))
    assert report.in_sync
    assert "--lb-secret-file" in report.detail


def test_two_machines_of_one_name_are_told(network, tmp_path):
    stage = Stage(network, tmp_path, nodes=2)
    try:
        for node in stage.nodes:
            node.take_over(node="localhost")
            node.serve(plan_of(announced(VIP)))
        one = stage.nodes[0]
        until(lambda: one.look().namesakes, "the other to be heard")
        report = one.serve(plan_of(announced(VIP)))
        assert not report.in_sync
        assert "--node-name" in report.detail
    finally:
        stage.close()
