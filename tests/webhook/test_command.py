"""`portico webhook` as somebody starts it, with a folder and with a cluster."""

import base64
import json
import signal
import subprocess

import pytest

from live.command import portico
from live.ports import free_ports
from live.program import PORTICO
from live.until import until
from support.api_server import running_api_server
from webhook.asking import Webhook
from webhook.test_announcing import NAME, PLURAL, SERVICE, configuration
from webhook.things import ingress, older, service, slice_of


class Running:
    """One process; what it answers is asked for with the authority it has made."""

    def __init__(self, folder, *arguments):
        port, admin = free_ports(2)
        self.folder = folder
        self.webhook = Webhook(None, folder / "state" / "webhook", None, (port, admin))
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *PORTICO, "webhook", *arguments, "--only", "http", "--drain", "0",
                    "--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{admin}",
                    "--state-dir", str(folder / "state"), "--service", "portico/portico-webhook",
                ],
                stderr=log,
            )  # fmt: skip

    def __enter__(self):
        until(self.is_ready, f"the webhook to be ready: {self.log()}")
        return self.webhook

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, self.log()
        assert "Traceback" not in self.log()
        assert "Secret(" not in self.log()

    def log(self):
        return self._log.read_text()

    def is_ready(self):
        assert self.process.poll() is None, self.log()
        try:
            return "portico_ready 1.0" in self.webhook.metrics()
        except OSError:
            return False


def test_a_folder_is_followed(tmp_path):
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    (manifests / "a.json").write_text(json.dumps(service()))
    (manifests / "b.json").write_text(json.dumps(slice_of()))
    with Running(tmp_path, str(manifests)) as webhook:
        assert webhook.ask(ingress()).response == {"uid": "3a1b", "allowed": True}
        (manifests / "c.json").write_text(json.dumps(older(ingress("first"))))
        until(lambda: not webhook.ask(ingress()).allowed, "the other Ingress to be known")
        (manifests / "c.json").unlink()
        until(lambda: webhook.ask(ingress()).allowed, "the other Ingress to be forgotten")


@pytest.mark.parametrize("tls", [False, True])
def test_a_cluster_is_followed_and_told_whom_to_trust(tmp_path, tls):
    with running_api_server(tls=tls) as server:
        server.put(service(), slice_of(), configuration(SERVICE))
        kubeconfig = str(server.kubeconfig(tmp_path))
        cluster = ("--cluster", "--kubeconfig", kubeconfig, "--configuration", NAME)
        with Running(tmp_path, *cluster) as webhook:
            [hook] = server.get(PLURAL, "", NAME)["webhooks"]
            told = base64.b64decode(hook["clientConfig"]["caBundle"])
            assert told == (webhook.folder / "ca.crt").read_bytes()
            assert webhook.ask(ingress()).response == {"uid": "3a1b", "allowed": True}
            server.put(older(ingress("first")))
            until(lambda: not webhook.ask(ingress()).allowed, "the other Ingress to be known")
            server.stop()
            assert not webhook.ask(ingress()).allowed, "the last that is known counts"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "say what to read"),
        ((".", "--tls-cert", "x"), "belong together"),
        ((".", "--configuration", "x"), "needs --cluster"),
        ((".", "--service", "A/b/c"), "expected NAMESPACE/NAME"),
        ((".", "--listen", "8443"), "expected HOST:PORT"),
    ],
)
def test_wrong_usage(arguments, word):
    done = portico("webhook", *arguments)
    assert done.code == 2
    assert word in done.err


def test_help_has_examples():
    assert "portico webhook --cluster" in portico("webhook", "--help").out
