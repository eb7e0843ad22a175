"""Everything that is to be applied, in a dry run: by kubectl, and by the server it asks.

Against our API server, or a cluster where PORTICO_TEST_KUBECONFIG names one.
"""

import copy
import ipaddress
import subprocess

import pytest
import yaml

from deploy.rendered import DEPLOY, charted, documents_in, kustomized
from deploy.test_chart import SETS
from support.kubectl import kubectl

EXAMPLES = DEPLOY.parent / "examples"

OF_THE_CLUSTER = {
    "ClusterRole",
    "ClusterRoleBinding",
    "IngressClass",
    "Namespace",
    "Node",
    "ValidatingWebhookConfiguration",
}

GROUPS = {
    "",
    "admissionregistration.k8s.io",
    "apps",
    "autoscaling",
    "discovery.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
}
"""Of Kubernetes itself; kinds of others need not be there. test_chart.py has a server with them."""


def example(name):
    return [
        each
        for file in sorted((EXAMPLES / name).glob("*.yaml"))
        for each in documents_in(file.read_text())
    ]


WAYS = {
    "deploy": kustomized,
    "deploy/node": lambda: kustomized("node"),
    **{f"chart, {name}": lambda values=values: charted(values) for name, values in SETS.items()},
    **{
        f"examples/{folder.name}": lambda name=folder.name: example(name)
        for folder in sorted(EXAMPLES.iterdir())
        if [*folder.glob("*.yaml")]
    },
}


@pytest.fixture
def dry_run(kubeconfig, tmp_path):
    def run(how, documents):
        command = [kubectl(), f"--kubeconfig={kubeconfig}", f"--cache-dir={tmp_path}",
                   "apply", f"--dry-run={how}", "-f-"]  # fmt: skip
        text = yaml.safe_dump_all(documents)
        return subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.mark.parametrize("how", ["client", "server"])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_taken(dry_run, way, how, namespace, unique):
    documents = [fitted(each, namespace, unique) for each in WAYS[way]() if is_for_any(each)]
    done = dry_run(how, documents)
    assert done.returncode == 0, done.stderr
    mark = "created (dry run)" if how == "client" else "created (server dry run)"
    assert done.stdout.count(mark) == len(documents), done.stdout


def test_a_mistake_is_found(dry_run, namespace, unique):
    """Or the tests above would prove nothing."""
    wrong = fitted(next(each for each in example("shop") if each["kind"] == "Service"),
                   namespace, unique)  # fmt: skip
    wrong["spec"]["ports"][0]["port"] = 65536
    assert dry_run("server", [wrong]).returncode == 1


def is_for_any(document):
    """Whether any cluster takes it."""
    if document["kind"] == "EndpointSlice":
        # Those of the shop lead to the demo's own backends; a cluster knows no such endpoint.
        found = [address for each in document["endpoints"] for address in each["addresses"]]
        return not any(ipaddress.ip_address(address).is_loopback for address in found)
    return document["apiVersion"].rpartition("/")[0] in GROUPS


def fitted(document, namespace, unique):
    """The same in the namespace of the test, or with a name that nothing else has."""
    made = copy.deepcopy(document)
    if made["kind"] in OF_THE_CLUSTER:
        made["metadata"]["name"] += f"-{unique}"
    else:
        made["metadata"]["namespace"] = namespace
    return made
