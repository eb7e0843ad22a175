"""Servers, pods and programs for forwards."""

from contextlib import ExitStack

import pytest

from live.forward.programs import Programs
from support.api_server import running_api_server
from support.forwarding import forwarding
from support.kubelet.apps import running_apps

TOKEN = "of-the-forwards"


@pytest.fixture(scope="session")
def apps():
    with running_apps() as found:
        yield found


@pytest.fixture
def server():
    with running_api_server(tls=True) as ours:
        ours.access.user_by_token[TOKEN] = "admin"
        yield ours


@pytest.fixture
def programs(server, tmp_path):
    return Programs(server.kubeconfig(tmp_path, TOKEN), tmp_path)


@pytest.fixture
def started(programs):
    """Start a command; everything that was started ends with the test."""
    with ExitStack() as stack:

        def start(command, **environment):
            environment = {**programs.environment, **environment}
            return stack.enter_context(forwarding(command, **environment))

        yield start


@pytest.fixture
def portico(programs, started):
    """`portico forward` with these words."""

    def start(*words, **environment):
        return started(programs.portico(words), **environment)

    return start
