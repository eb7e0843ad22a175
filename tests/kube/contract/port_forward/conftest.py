"""Our server with its nodes, or a cluster; and kubectls that forward ports of it."""

import os
from contextlib import ExitStack

import pytest

from kube.contract.port_forward.place import Ours, Real
from support.api_server import running_api_server
from support.forwarding import forwarding
from support.kubectl import CURRENT, SPDY_ONLY
from support.kubectl import kubectl as program
from support.kubelet.apps import running_apps

REAL = os.environ.get("PORTICO_TEST_KUBECONFIG")
TOKEN = "of-the-contract"

VERSIONS = {SPDY_ONLY: "spdy", CURRENT: "tunnel"}
"""Of each kubectl the form in which it forwards."""


@pytest.fixture(scope="session")
def _apps():
    with running_apps() as apps:
        yield apps


@pytest.fixture
def server():
    """Only ours; a test that asks for it does what nobody does to a cluster."""
    if REAL:
        pytest.skip("does harm to a server")
    with running_api_server(tls=True) as ours:
        ours.access.user_by_token[TOKEN] = "admin"
        yield ours


@pytest.fixture
def place(request, tmp_path):
    if REAL:
        plain, namespace = map(request.getfixturevalue, ("plain", "namespace"))
        return Real(plain, namespace)
    server, apps = map(request.getfixturevalue, ("server", "_apps"))
    return Ours(server, apps, server.kubeconfig(tmp_path, TOKEN), "default")


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def port_forward(place, version, tmp_path):
    """Start kubectl; everything that was started ends with the test."""
    with ExitStack() as stack:

        def start(*words, **environment):
            command = [program(version), f"--kubeconfig={place.kubeconfig}",
                       f"--namespace={place.namespace}", f"--cache-dir={tmp_path}/cache",
                       "port-forward", *words]  # fmt: skip
            return stack.enter_context(forwarding(command, **environment))

        yield start
