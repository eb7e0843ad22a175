"""A folder and ports for the program, backends, and a namespace in a cluster."""

from kube.contract.conftest import kubeconfig, namespace, plain, unique
from live.conftest import ports, program, root

__all__ = ["kubeconfig", "namespace", "plain", "ports", "program", "root", "unique"]
