"""The pod of a Deployment or DaemonSet, as a process of this machine: what its container runs, with
its account's rights, at an API server that holds its objects.
"""

import base64
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.rendered import WEBHOOK, Documents, container, one, workload
from live.program import PORTICO, Program
from live.until import PATIENCE, until
from support.api_server import ApiServer, Rule, rules_of
from webhook.asking import Said, review

ACCOUNT = "the account of the pod"
TOKEN = "of-the-pod"
NAME = "pod-1"

CONFIGURATION = "ValidatingWebhookConfiguration"
HOOKS = "validatingwebhookconfigurations"

_VARIABLE = re.compile(r"\$\((\w+)\)")


def rights(documents: Documents, part: str = "") -> list[Rule]:
    """What the roles allow that are bound to the account of the pod."""
    pod = workload(documents, part)
    account = {
        "kind": "ServiceAccount",
        "name": pod["spec"]["template"]["spec"]["serviceAccountName"],
        "namespace": pod["metadata"]["namespace"],
    }
    roles = {
        (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each
        for each in documents
        if each["kind"] in ("Role", "ClusterRole")
    }
    found = []
    for binding in documents:
        if binding["kind"] in ("RoleBinding", "ClusterRoleBinding"):
            where = binding["metadata"].get("namespace", "")
            role = roles.pop((binding["roleRef"]["kind"], where, binding["roleRef"]["name"]))
            (subject,) = binding["subjects"]
            if subject == account:
                found += rules_of(role, *filter(None, [where]))
    assert not roles, "roles that are bound to nobody"
    return found


class Pod:
    """Stopped as a container is."""

    part = ""

    def __init__(self, server: ApiServer, program: Program, documents: Documents) -> None:
        self.server, self.program, self.documents = server, program, documents
        self.namespace = workload(documents, self.part)["metadata"]["namespace"]
        server.access.user_by_token.update({TOKEN: ACCOUNT, "of-the-admin": "admin"})
        server.access.rules[ACCOUNT] = rights(documents, self.part)
        spec = workload(documents, self.part)["spec"]["template"]
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
        listed = container(self.documents, self.part)["env"]
        return {each["name"]: fields[each["valueFrom"]["fieldRef"]["fieldPath"]] for each in listed}

    @property
    def args(self) -> list[str]:
        known = self.environment
        told = container(self.documents, self.part)["args"]
        return [_VARIABLE.sub(lambda found: known[found[1]], each) for each in told]

    account = ACCOUNT

    @property
    def here(self) -> dict[str, Any]:
        """What this machine needs otherwise."""
        program = self.program
        return {
            "kubeconfig": self.kubeconfig,
            "http-port": program.http,
            "https-port": program.https,
            "admin": f"127.0.0.1:{program.admin}",
            "state-dir": program.state,
            "grace": 1,
            "shutdown-grace-period": 0,
        }

    def start(self, *more: str, waits: bool = True) -> None:
        """The options of the container, and after them what this machine needs otherwise."""
        options = [f"--{name}={text}" for name, text in self.here.items()]
        command = [*self.program.prefix, *PORTICO, *self.args, *options, *more]
        self.launch(command, {**os.environ, **self.environment})
        if waits:
            self.program.wait_until_ready()

    def launch(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        program = self.program
        with program.log.open("ab") as log:
            program.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=program.root,
                env=environment,
            )

    def until_asked(self, verb: str, resource: str) -> None:
        until(lambda: (verb, resource) in self.asked(), f"{verb} {resource}: {self.asked()}")

    def asked(self) -> set[tuple[str, str]]:
        return {(each.verb, each.resource) for each in self.requests}

    @property
    def requests(self) -> list[Any]:
        return [each for each in self.server.requests if each.user == ACCOUNT]


class WebhookPod(Pod):
    """That of the admission webhook, and the API server's way to it."""

    part = WEBHOOK

    @property
    def here(self) -> dict[str, Any]:
        return {
            "kubeconfig": self.kubeconfig,
            "listen": f"127.0.0.1:{self.program.https}",
            "admin": f"127.0.0.1:{self.program.admin}",
            "state-dir": self.program.state,
            "drain": 0,
        }

    @property
    def configured(self) -> dict[str, Any]:
        """How the API server is told to ask."""
        name = one(self.documents, CONFIGURATION)["metadata"]["name"]
        (webhook,) = self.server.get(HOOKS, "", name)["webhooks"]
        return dict(webhook)

    def ask(self, document: dict[str, Any]) -> Said:
        """As an API server that is configured so: by the name of the Service, and trusting those
        authorities that it is told, and no other.
        """
        config = self.configured["clientConfig"]
        service = config["service"]
        trusted = ssl.create_default_context(cadata=base64.b64decode(config["caBundle"]).decode())
        raw = socket.create_connection(("127.0.0.1", self.program.https), PATIENCE)
        name = f"{service['name']}.{service['namespace']}.svc"
        connection = http.client.HTTPConnection(name)
        with trusted.wrap_socket(raw, server_hostname=name) as connection.sock:
            body = json.dumps(review(document))
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"{service['path']}?timeout=5s", body, headers)
            answer = connection.getresponse()
            return Said(answer.status, answer.read())
