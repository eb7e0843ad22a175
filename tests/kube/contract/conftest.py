"""A namespace of each test's own: in our API server, or in a cluster.

The cluster is the current one of the kubeconfig that PORTICO_TEST_KUBECONFIG names.
"""

import os
import uuid
from pathlib import Path

import pytest

from kube.contract.plain import Plain
from support.api_server import running_api_server

TOKEN = "of-the-contract"


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory):
    real = os.environ.get("PORTICO_TEST_KUBECONFIG")
    if real:
        yield Path(real)
        return
    with running_api_server(tls=True) as server:
        server.access.user_by_token[TOKEN] = "admin"
        yield server.kubeconfig(tmp_path_factory.mktemp("contract"), TOKEN)


@pytest.fixture(scope="session")
def plain(kubeconfig):
    return Plain(kubeconfig)


@pytest.fixture
def unique():
    return uuid.uuid4().hex[:8]


@pytest.fixture
def namespace(plain, unique):
    name = f"portico-test-{os.getpid()}-{unique}"
    made = plain.ask("POST", "/api/v1/namespaces", {
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name},
    })  # fmt: skip
    assert made.code == 201, made
    yield name
    plain.ask("DELETE", f"/api/v1/namespaces/{name}")
