"""A namespace of each test's own, and what is to be seen in it."""

import pytest

from kube.contract.conftest import kubeconfig, namespace, plain, unique
from live.cluster_status.owner import Owner
from portico.kube.config.choose import access
from portico.kube.config.wish import Wish

__all__ = ["kubeconfig", "namespace", "plain", "unique"]


@pytest.fixture
def reach(kubeconfig):
    return access(Wish(kubeconfig=str(kubeconfig)))


@pytest.fixture
def owner(plain, namespace):
    made = Owner(plain, namespace)
    yield made
    made.clean()
