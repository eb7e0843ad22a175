"""Plugins that are real programs; what kubectl tells them, we tell them."""

import asyncio
import base64
import json
import os
import sys
import textwrap

import pytest

from kube.config.judge import kubectl, write
from kube.http.authority import Authority
from kube.http.origin import BODY, Origin, answer, server_context, status
from portico.kube.config.choose import access
from portico.kube.config.credentials import bearer
from portico.kube.config.exec_plugin import ExecCredentials
from portico.kube.config.exec_run import Plugin
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.kube.http.errors import UnauthorizedError
from portico.kube.http.request import Request

GROUP = "client.authentication.k8s.io"

VERSIONS = [f"{GROUP}/v1", f"{GROUP}/v1beta1"]

VERSION = Request("GET", "/version")

PLUGIN = textwrap.dedent(
    """
    #!{python}
    import json, os, sys
    here = os.path.dirname(os.path.abspath(__file__))
    with open(here + "/runs", "a") as runs:
        runs.write("x")
    told = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
    with open(here + "/told", "w") as file:
        extra = os.environ.get("EXTRA"), os.environ.get("PATH"), os.environ.get("HOME")
        json.dump([told, sys.argv[1:], extra], file)
    with open(here + "/status") as file:
        status = json.load(file)
    number = os.path.getsize(here + "/runs")
    if status.get("token"):
        status["token"] = status["token"].replace("#", str(number))
    answer = {{"kind": "ExecCredential", "apiVersion": told["apiVersion"], "status": status}}
    print(json.dumps(answer))
    """
).lstrip()


class Program:
    """A plugin that counts how often it is run, and gives what the test says."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.path = folder / "plugin"
        self.path.write_text(PLUGIN.format(python=sys.executable))
        self.path.chmod(0o755)
        self._folder = folder
        self.gives(token="token-#")

    def gives(self, **status):
        (self._folder / "status").write_text(json.dumps(status))

    @property
    def runs(self):
        runs = self._folder / "runs"
        return len(runs.read_text()) if runs.exists() else 0

    @property
    def told(self):
        return json.loads((self._folder / "told").read_text())


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path / "bin")


def plugin(*command, **more):
    return Plugin(command=tuple(map(str, command)), version=VERSIONS[0], **more)


class Clock:
    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tells_cluster", [True, False])
@pytest.mark.parametrize("ca_is_a_file", [True, False])
async def test_kubectl_tells_a_plugin_the_same(version, tells_cluster, ca_is_a_file, tmp_path):
    authority = Authority()
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    context = server_context(tmp_path, authority.server("kubernetes"))
    program = Program(tmp_path / "bin")
    data = base64.b64encode(authority.certificate).decode()
    trust = (
        {"certificate-authority": "ca.crt"}
        if ca_is_a_file
        else {"certificate-authority-data": data}
    )
    async with Origin(context=context) as origin:
        cluster = trust | {
            "server": f"{origin.url}/",
            "tls-server-name": "kubernetes",
            "disable-compression": ca_is_a_file,
            "extensions": [
                {
                    "name": f"{GROUP}/exec",
                    "extension": {"audience": "them", "list": [1, {"b": True}]},
                },
                {"name": "others", "extension": {"a": "b"}},
            ],
        }
        run = {
            "apiVersion": version,
            "command": "./bin/plugin",
            "args": ["get-token", "--cluster", "a b"],
            "env": [{"name": "EXTRA", "value": "more"}],
            "interactiveMode": "IfAvailable",
            "provideClusterInfo": tells_cluster,
        }
        config = write(tmp_path / "config", cluster, {"exec": run})
        told = await kubectl("--kubeconfig", config, "get", "--raw", "/version")
        assert told.code == 0, told.error
        by_kubectl = program.told
        assert ("cluster" in by_kubectl[0]["spec"]) == tells_cluster
        async with Client(access(Wish(kubeconfig=str(config)), {})) as client:
            assert json.loads(await client.read(VERSION)) == json.loads(told.out)
        assert program.told[:2] == by_kubectl[:2]
        assert program.told[2][0] == "more"
    tokens = [seen.one("Authorization") for seen in origin.seen]
    assert tokens == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_it_runs_once_for_many_questions(version, program):
    credentials = ExecCredentials(Plugin((str(program.path),), version))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(credentials.headers()) for _ in range(20)]
    assert {task.result() for task in tasks} == {bearer("token-1")}
    assert await credentials.headers() == bearer("token-1")
    assert program.runs == 1


async def test_it_runs_again_when_what_it_gave_has_expired(program):
    clock = Clock()
    program.gives(token="token-#", expirationTimestamp="2027-01-15T08:01:00Z")
    credentials = ExecCredentials(plugin(program.path), now=clock)
    assert await credentials.headers() == bearer("token-1")
    clock.now += 59
    assert await credentials.headers() == bearer("token-1")
    clock.now += 1
    assert await credentials.headers() == bearer("token-2")
    program.gives(token="token-#", expirationTimestamp="2027-01-15T07:00:00.5+00:00")
    clock.now += 60
    assert await credentials.headers() == bearer("token-3")
    assert await credentials.headers() == bearer("token-4")  # it gave one that had expired


async def test_who_is_refused_has_it_run_once_for_all(program):
    credentials = ExecCredentials(plugin(program.path))
    refused = await credentials.headers()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(credentials.renew(refused)) for _ in range(5)]
    assert [task.result() for task in tasks] == [True] * 5
    assert program.runs == 2
    assert await credentials.renew(refused)  # somebody who was refused a while ago
    assert program.runs == 2


async def test_a_401_runs_it_again_and_only_once(program, tmp_path):
    refusal = status(401, "Unauthorized", "Unauthorized")
    authority = Authority()
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    context = server_context(tmp_path, authority.server("127.0.0.1"))
    async with Origin(refusal, answer(), refusal, context=context) as origin:
        run = {"apiVersion": VERSIONS[1], "command": str(program.path)}
        there = {"server": origin.url, "certificate-authority": "ca.crt"}
        config = write(tmp_path / "config", there, {"exec": run})
        async with Client(access(Wish(kubeconfig=str(config)), {})) as client:
            assert await client.read(VERSION) == BODY
            assert program.runs == 2
            with pytest.raises(UnauthorizedError):
                await client.read(VERSION)
            assert program.runs == 3


async def test_certificates_of_a_plugin(program, tmp_path):
    """A new one means new connections."""
    authority = Authority()
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    context = server_context(tmp_path, authority.server("127.0.0.1"), authority.certificate)
    refusal = status(401, "Unauthorized", "Unauthorized")

    def gives(name):
        pair = authority.client(name)
        certificate, key = pair.certificate.decode(), pair.key.decode()
        program.gives(clientCertificateData=certificate, clientKeyData=key)

    async with Origin(answer(), answer(), refusal, answer(), context=context) as origin:
        run = {"apiVersion": VERSIONS[1], "command": str(program.path)}
        there = {"server": origin.url, "certificate-authority": "ca.crt"}
        config = write(tmp_path / "config", there, {"exec": run})
        gives("jane")
        told = await kubectl("--kubeconfig", config, "get", "--raw", "/version")
        assert told.code == 0, told.error
        async with Client(access(Wish(kubeconfig=str(config)), {})) as client:
            await client.read(VERSION)
            gives("june")
            assert await client.read(VERSION) == BODY
    names = [dict(seen.peer["subject"][0])["commonName"] for seen in origin.seen]
    assert names == ["jane", "jane", "jane", "june"]
    assert origin.connections == 3
    assert not any(seen.all("Authorization") for seen in origin.seen)


@pytest.mark.parametrize(
    ("user", "header"),
    [
        # What stands in the kubeconfig comes first.
        ({"token": "mine"}, "Bearer mine"),
        ({"username": "u", "password": "p"}, "Basic dTpw"),
    ],
)
async def test_a_token_beside_a_plugin(user, header, program, tmp_path):
    authority = Authority()
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    context = server_context(tmp_path, authority.server("127.0.0.1"))
    async with Origin(context=context) as origin:
        run = {"apiVersion": VERSIONS[1], "command": str(program.path)}
        there = {"server": origin.url, "certificate-authority": "ca.crt"}
        config = write(tmp_path / "config", there, user | {"exec": run})
        assert (await kubectl("--kubeconfig", config, "get", "--raw", "/version")).code == 0
        async with Client(access(Wish(kubeconfig=str(config)), {})) as client:
            await client.read(VERSION)
        assert [seen.one("Authorization") for seen in origin.seen] == [header, header]
        assert program.runs == 0


@pytest.mark.parametrize(
    ("mode", "is_interactive"), [("IfAvailable", True), ("Always", True), ("Never", False)]
)
async def test_at_a_terminal(mode, is_interactive, program, monkeypatch):
    ours, theirs = os.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        await ExecCredentials(plugin(program.path, interactive_mode=mode)).headers()
    os.close(ours)
    assert program.told[0]["spec"]["interactive"] is is_interactive
