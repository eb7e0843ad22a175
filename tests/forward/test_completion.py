"""What a shell is offered. A real bash reads the script in tests/live/test_cli.py."""

import os
import subprocess

import pytest

from forward.conftest import PORTICO
from support.kubelet.apps import HTTP, ORDERS
from support.kubelet.workloads import port, workload


@pytest.fixture
def offered(place):
    """What is offered for the last word of a command line."""
    place.start("web-1")
    place.serve("web", port(80, "http", name="http"), port(53, protocol="UDP", name="dns"))
    place.server.put(workload("Deployment", "web"))

    def complete(line, **more):
        words = line.split(" ")
        environment = {
            **os.environ, "KUBECONFIG": str(place.kubeconfig),
            "_PORTICO_COMPLETE": "bash_complete", "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1), **more,
        }  # fmt: skip
        done = subprocess.run(
            [PORTICO], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stderr == ""
        return {each.rpartition(",")[2] for each in done.stdout.split()}

    return complete


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("portico forward ",               {"svc/web", "deploy/web", "po/web-1", "web-1", "list",
                                            "stop"}),
        ("portico forward sv",             {"svc/web"}),
        ("portico forward services/",      {"services/web"}),
        ("portico forward foo/",           set()),
        ("portico forward svc/web ",       {"80", "http"}),
        ("portico forward web-1 ",         {"8080", "7000", "7001", "http", "orders", "greetings"}),
        ("portico forward web-1 h",        {"http"}),
        ("portico forward svc/web 80 deploy/", {"deploy/web"}),
        ("portico forward svc/nope ",      set()),
        ("portico forward -n ",            {"default", "kube-system", "kube-public",
                                            "kube-node-lease"}),
        ("portico forward --context ",     {"test"}),
        ("portico forward --on-conflict ", {"fail", "next", "random"}),
    ],
)  # fmt: skip
def test_offers(place, offered, line, offers):
    assert {HTTP, ORDERS} == {8080, 7000}
    assert offered(line) == offers


def test_a_cluster_that_is_away_offers_nothing(place, offered):
    place.server.stop()
    assert offered("portico forward svc/") == set()
    place.server.start()
    assert offered("portico forward svc/", KUBECONFIG="/nowhere/config") == set()
