"""What is typed wrong about a cluster is told before anything is tried."""

import pytest

from live.command import portico as command


@pytest.mark.parametrize("name", ["up", "check", "plan"])
def test_there_must_be_something_to_read(name):
    done = command(name)
    assert done.code == 2
    assert "files or folders, or --cluster" in done.err


@pytest.mark.parametrize(
    "options",
    [
        ("--kubeconfig", "config"),
        ("--context", "prod"),
        ("--namespace", "shop"),
        ("--watch-namespace-selector", "team=shop"),
    ],
    ids=lambda options: options[0],
)
def test_what_is_about_a_cluster_needs_one(options, tmp_path):
    done = command("check", str(tmp_path), *options)
    assert done.code == 2
    assert f"{options[0]} is about a cluster: say --cluster" in done.err


def test_namespaces_are_named_or_selected():
    done = command("check", "--cluster", "-n", "shop", "--watch-namespace-selector", "team=shop")
    assert done.code == 2
    assert "exclude each other" in done.err


def test_a_kubeconfig_that_is_not_there(tmp_path):
    done = command("check", "--cluster", "--kubeconfig", str(tmp_path / "none"))
    assert done.code == 2
    assert str(tmp_path / "none") in done.err


def test_a_context_that_is_not_there(kubeconfig):
    done = command("up", "--cluster", "--kubeconfig", str(kubeconfig), "--context", "none")
    assert done.code == 2
    assert "none" in done.err
