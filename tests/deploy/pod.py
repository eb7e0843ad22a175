"""The pod of a Deployment or DaemonSet, as a process of this machine: what its container runs, with
its account's rights, at an API server that holds its objects.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.rendered import Documents, container, workload
from live.program import Program
from live.until import until
from support.api_server import ApiServer, Rule, rules_of

ACCOUNT = "the account of the pod"
TOKEN = "of-the-pod"
NAME = "pod-1"

_VARIABLE = re.compile(r"\$\((\w+)\)")


def rights(documents: Documents) -> list[Rule]:
    """What the roles allow that are bound to the account of the pod."""
    account = {
        "kind": "ServiceAccount",
        "name": workload(documents)["spec"]["template"]["spec"]["serviceAccountName"],
        "namespace": workload(documents)["metadata"]["namespace"],
    }
    roles = {
        (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each
        for each in documents
        if each["kind"] in ("Role", "ClusterRole")
    }
    found = []
    for binding in documents:
        if binding["kind"] in ("RoleBinding", "ClusterRoleBinding"):
            assert binding["subjects"] == [account]
            where = binding["metadata"].get("namespace", "")
            role = roles.pop((binding["roleRef"]["kind"], where, binding["roleRef"]["name"]))
            found += rules_of(role, *filter(None, [where]))
    assert not roles, "roles that are bound to nobody"
    return found


class Pod:
    """Stopped as a container is."""

    def __init__(self, server: ApiServer, program: Program, documents: Documents) -> None:
        self.server, self.program, self.documents = server, program, documents
        self.namespace = workload(documents)["metadata"]["namespace"]
        server.access.user_by_token.update({TOKEN: ACCOUNT, "of-the-admin": "admin"})
        server.access.rules[ACCOUNT] = rights(documents)
        spec = workload(documents)["spec"]["template"]
        home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        if not any(each["kind"] == "Namespace" for each in documents):
            server.put(home)  # where `helm install --create-namespace` has made it
        server.put(*documents, self._document(spec["metadata"], spec["spec"]))
        folder = program.root / "account"
        folder.mkdir()
        self.kubeconfig = server.kubeconfig(folder, TOKEN)

    def _document(self, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
        named = {**metadata, "name": NAME, "namespace": self.namespace}
        conditions = [{"type": "Ready", "status": "True"}]
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": named,
            "spec": {**spec, "nodeName": "node-1"},
            "status": {"phase": "Running", "conditions": conditions},
        }

    @property
    def environment(self) -> dict[str, str]:
        """What the manifest says, where a kubelet knows it and we have to make it up."""
        fields = {
            "metadata.name": NAME,
            "metadata.namespace": self.namespace,
            "status.podIP": "127.0.0.1",
            "spec.nodeName": "node-1",
        }
        listed = container(self.documents)["env"]
        return {each["name"]: fields[each["valueFrom"]["fieldRef"]["fieldPath"]] for each in listed}

    @property
    def args(self) -> list[str]:
        known = self.environment
        told = container(self.documents)["args"]
        return [_VARIABLE.sub(lambda found: known[found[1]], each) for each in told]

    account = ACCOUNT

    def start(self, *more: str, waits: bool = True) -> None:
        """The options of the container, and after them what this machine needs otherwise."""
        program = self.program
        here = {
            "kubeconfig": self.kubeconfig,
            "http-port": program.http,
            "https-port": program.https,
            "admin": f"127.0.0.1:{program.admin}",
            "state-dir": program.state,
            "grace": 1,
        }
        options = [f"--{name}={text}" for name, text in here.items()]
        command = [*program.prefix, sys.executable, "-m", "portico", *self.args, *options, *more]
        with program.log.open("ab") as log:
            program.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=Path(program.root),
                env={**os.environ, **self.environment},
            )
        if waits:
            program.wait_until_ready()

    def until_asked(self, verb: str, resource: str) -> None:
        until(lambda: (verb, resource) in self.asked(), f"{verb} {resource}: {self.asked()}")

    def asked(self) -> set[tuple[str, str]]:
        return {(each.verb, each.resource) for each in self.requests}

    @property
    def requests(self) -> list[Any]:
        return [each for each in self.server.requests if each.user == ACCOUNT]
