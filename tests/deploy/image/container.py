"""The pods of the manifests, each in a container of the image."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.image.build import Image
from deploy.pod import TOKEN, Pod, WebhookPod
from live.program import Program
from support.api_server import ApiServer

SCRIPT = Path(__file__).with_name("container.sh")


class Container(Pod):
    """Finds the API server as every pod does: two variables, a token and an authority in files."""

    def __init__(
        self, image: Image, server: ApiServer, program: Program, documents: list[dict[str, Any]]
    ) -> None:
        super().__init__(server, program, documents)
        self.image = image
        self.account_folder = program.root / "account"
        told = {"token": TOKEN.encode(), "ca.crt": server.authority,
                "namespace": self.namespace.encode()}  # fmt: skip
        for name, content in told.items():
            (self.account_folder / name).write_bytes(content)
        self.account_folder.chmod(0o755)  # the container is somebody else

    def start(self, *more: str, waits: bool = True) -> None:
        here = {name: text for name, text in self.here.items() if name not in OF_THE_IMAGE}
        options = [f"--{name}={text}" for name, text in here.items()]
        environment = {
            **self.image.environment,
            **self.environment,
            "KUBERNETES_SERVICE_HOST": "localhost",
            "KUBERNETES_SERVICE_PORT": str(self.server.port),
        }
        self.launch([*self._runtime, *self.image.entrypoint, *self.args, *options, *more],
                    environment)  # fmt: skip
        if waits:
            self.program.wait_until_ready()

    def stop(self) -> int:
        """As a kubelet does: the first process is told."""
        os.kill(self.first, signal.SIGTERM)
        return self.program.ended()

    @property
    def first(self) -> int:
        """The process id, of this machine, of the first in the container."""
        process = self.program.process
        assert process
        (pid,) = _children(process.pid)
        return pid

    @property
    def processes(self) -> list[int]:
        """Of the container, the first one too."""
        found, waiting = [], [self.first]
        while waiting:
            found.append(waiting.pop())
            waiting += _children(found[-1])
        return found

    @property
    def _runtime(self) -> Sequence[str]:
        unshared = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
        where = (str(self.image.root), str(self.account_folder), self.image.user)
        return (*unshared, str(SCRIPT), *where)


class WebhookContainer(Container, WebhookPod):
    """The same, of the admission webhook."""


OF_THE_IMAGE = frozenset({"kubeconfig", "state-dir"})
"""Options of the manifest that need not be others here."""


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(each) for task in tasks for each in (task / "children").read_text().split()]
