"""Portico, a namespace for it to follow, and backends where clusters allow them to be."""

import json
import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from kube.contract.plain import Plain
from live import farm
from live.cluster.gate import gated
from live.cluster.town import Town
from support.api_server import running_api_server

TOKEN = "of-the-daemon"


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory):
    real = os.environ.get("PORTICO_TEST_KUBECONFIG")
    if real:
        yield Path(real)
        return
    with running_api_server(tls=True, bookmark_every=1.0) as server:
        server.access.user_by_token[TOKEN] = "admin"
        yield server.kubeconfig(tmp_path_factory.mktemp("cluster"), TOKEN)


@pytest.fixture
def gate_and_town(kubeconfig, tmp_path):
    plain = Plain(kubeconfig)
    name = f"portico-test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    made = plain.ask("POST", "/api/v1/namespaces", document)
    assert made.code == 201, made
    gate, file = gated(kubeconfig, tmp_path, name)
    yield gate, Town(plain, name, file)
    gate.shut()
    plain.ask("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def gate(gate_and_town):
    return gate_and_town[0]


@pytest.fixture
def town(gate_and_town):
    return gate_and_town[1]


@pytest.fixture
def portico(program, town):
    """Reads the town, and no folder."""
    program.origin = town.options
    return program


@pytest.fixture(scope="session")
def address():
    """Of this machine. A cluster takes no loopback address for an endpoint."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback ones")
        return probe.getsockname()[0]


@pytest.fixture(scope="session")
def backends(address):
    """The ports of a and b."""
    command = [sys.executable, farm.__file__, f"a={address}", f"b={address}"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        assert process.stdin
        process.stdin.close()
