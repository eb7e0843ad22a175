"""`kubectl apply -k deploy/` and deploy/node."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.rendered import (
    DEPLOY,
    WEBHOOK,
    container,
    documents_in,
    kustomized,
    one,
    workload,
)
from portico.compiler.lower.ingress_class import CONTROLLERS
from support.api_server import running_api_server
from support.kubectl import kubectl

FOLDERS = ["", "node"]
PARTS = [("", ""), ("", WEBHOOK), ("node", "")]


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


@pytest.mark.parametrize(("folder", "part"), PARTS)
def test_nothing_can_be_written_but_the_volumes(folder, part):
    security = container(kustomized(folder), part)["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"]
    assert security["capabilities"]["drop"] == ["ALL"]


@pytest.mark.parametrize("part", ["", WEBHOOK])
def test_it_has_no_capability_and_is_nobody(part):
    documents = kustomized()
    assert "add" not in container(documents, part)["securityContext"]["capabilities"]
    assert workload(documents, part)["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]


def test_the_node_has_two_capabilities():
    capabilities = container(kustomized("node"))["securityContext"]["capabilities"]
    assert capabilities["add"] == ["NET_ADMIN", "NET_RAW"]


@pytest.mark.parametrize("part", ["", WEBHOOK])
def test_selectors_select_the_pods(part):
    documents = kustomized()
    name = workload(documents, part)["metadata"]["name"]
    labels = workload(documents, part)["spec"]["template"]["metadata"]["labels"]
    assert one(documents, "Service", name)["spec"]["selector"].items() <= labels.items()
    budget = one(documents, "PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"]
    assert budget.items() <= labels.items()


def test_the_webhook_is_found_by_its_service():
    documents = kustomized()
    (hook,) = one(documents, "ValidatingWebhookConfiguration")["webhooks"]
    service = one(documents, "Service", "portico-webhook")
    told = hook["clientConfig"]["service"]
    there = service["metadata"]
    assert (told["namespace"], told["name"]) == (there["namespace"], there["name"])
    (port,) = service["spec"]["ports"]
    assert told["port"] == port["port"]
    assert port["targetPort"] in {each["name"] for each in container(documents, WEBHOOK)["ports"]}


def test_the_webhook_judges_as_the_entry_does():
    documents = kustomized()
    both = set(container(documents)["args"]) & set(container(documents, WEBHOOK)["args"])
    assert {"--only=http", "--ingress-class=portico"} <= both


def test_nothing_depends_on_the_webhook():
    (hook,) = one(kustomized(), "ValidatingWebhookConfiguration")["webhooks"]
    assert hook["failurePolicy"] == "Ignore"


def test_the_class_is_one_that_is_served():
    assert one(kustomized(), "IngressClass")["spec"]["controller"] in CONTROLLERS


def test_there_is_time_to_end():
    spec = workload(kustomized())["spec"]["template"]["spec"]
    options = dict(each.partition("=")[::2] for each in container(kustomized())["args"])
    assert int(options["--shutdown-grace-period"]) >= 10  # for load balancers to notice
    clearing = 25
    needed = int(options["--shutdown-grace-period"]) + int(options["--grace"]) + clearing
    assert spec["terminationGracePeriodSeconds"] >= needed


def test_the_secret_of_the_nodes_as_the_page_has_it_mounted(tmp_path):
    """docs/layer-2.md: what is to be added to a kustomization.yaml."""
    page = (DEPLOY.parent / "docs" / "layer-2.md").read_text()
    (patches,) = re.findall(r"```yaml\n(patches:.*?)```", page, re.DOTALL)
    folder = tmp_path / "deploy"
    shutil.copytree(DEPLOY, folder)
    (tmp_path / "kustomization.yaml").write_text(f"resources: [deploy/node]\n{patches}")
    done = subprocess.run(
        [kubectl(), "kustomize", str(tmp_path)], capture_output=True, text=True, check=True
    )
    documents = documents_in(done.stdout)
    spec = one(documents, "DaemonSet")["spec"]["template"]["spec"]
    (argument,) = [each for each in container(documents)["args"] if "lb-secret-file" in each]
    file = Path(argument.partition("=")[2])
    mounts = {each["name"]: each["mountPath"] for each in container(documents)["volumeMounts"]}
    (volume,) = [each for each in spec["volumes"] if "secret" in each]
    assert str(file.parent) == mounts[volume["name"]]
    assert (
        f"create secret generic {volume['secret']['secretName']} --from-literal={file.name}="
        in page
    )
