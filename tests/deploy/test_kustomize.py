"""`kubectl apply -k deploy/` and deploy/node."""

import subprocess

import pytest

from deploy.rendered import DEPLOY, container, kustomized, one, workload
from portico.compiler.lower.ingress_class import CONTROLLERS
from support.api_server import running_api_server
from support.kubectl import kubectl

FOLDERS = ["", "node"]


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kubectl")
    with running_api_server() as server:
        kubeconfig = server.kubeconfig(folder)

        def run(*words):
            command = [kubectl(), f"--kubeconfig={kubeconfig}", f"--cache-dir={folder}", *words]
            return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

        yield run


@pytest.mark.parametrize("folder", FOLDERS)
def test_kubectl_takes_it(talk, folder):
    count = len(kustomized(folder))
    dry = talk("apply", "--dry-run=client", "-k", str(DEPLOY / folder))
    assert dry.stdout.count("created (dry run)") == count, dry.stderr
    done = talk("apply", "-k", str(DEPLOY / folder))
    assert done.stdout.count("created") == count, done.stderr
    again = talk("apply", "-k", str(DEPLOY / folder))
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_can_be_written_but_the_volumes(folder):
    security = container(kustomized(folder))["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"]
    assert security["capabilities"]["drop"] == ["ALL"]


def test_the_entry_has_no_capability_and_is_nobody():
    documents = kustomized()
    assert "add" not in container(documents)["securityContext"]["capabilities"]
    assert workload(documents)["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]


def test_the_node_has_one_capability():
    capabilities = container(kustomized("node"))["securityContext"]["capabilities"]
    assert capabilities["add"] == ["NET_ADMIN"]


def test_selectors_select_the_pods():
    documents = kustomized()
    labels = workload(documents)["spec"]["template"]["metadata"]["labels"]
    assert one(documents, "Service")["spec"]["selector"].items() <= labels.items()
    budget = one(documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]
    assert budget.items() <= labels.items()


def test_the_class_is_one_that_is_served():
    assert one(kustomized(), "IngressClass")["spec"]["controller"] in CONTROLLERS


def test_there_is_time_to_end():
    spec = workload(kustomized())["spec"]["template"]["spec"]
    grace = next(each for each in container(kustomized())["args"] if each.startswith("--grace="))
    pause = container(kustomized())["lifecycle"]["preStop"]["exec"]["command"][1]
    clearing = 25
    needed = int(pause) + int(grace.partition("=")[2]) + clearing
    assert spec["terminationGracePeriodSeconds"] >= needed
