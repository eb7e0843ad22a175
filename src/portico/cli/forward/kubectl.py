"""`portico forward --compat=kubectl`."""

import json
import os
import sys
from datetime import datetime
from typing import Final

from portico.cli.forward.lines import Lines
from portico.cli.forward.wanted import Wanted
from portico.forward.in_cluster import carriages
from portico.forward.kubectl.one_shot import OneShot
from portico.forward.told import Ended, Told, Trouble
from portico.kube.http.client import Client
from portico.kube.streams.remembered import Remembered
from portico.kube.streams.settings import Settings
from portico.lib import clock

SETTINGS: Final = Settings(sessions=1, reconnects=False, remembered=Remembered(None))


class KubectlLines(Lines):
    """What is wrong with a connection is told as klog does."""

    def __call__(self, told: Told) -> None:
        match told:
            case Ended(_, _, port, remote, error=error) if error:
                ports = f"localPort={port} remotePort={remote}"
                what = '"An error occurred forwarding"'
                self.warn(f"{_klog_head()} {what} err={json.dumps(error)} {ports}")
            case Trouble(_, reason):
                self.warn(reason)
            case _:
                super().__call__(told)


async def forward_as_kubectl(client: Client, wanted: Wanted) -> int:
    """Until the pod is lost. Raises ForwardError."""
    (request,) = wanted.requests
    namespace = request.namespace or client.access.namespace
    made = carriages(client, namespace, SETTINGS)
    shot = OneShot(request, made, KubectlLines(quiet=wanted.is_quiet, out=sys.stdout))
    try:
        await shot.start(client, namespace, wanted.options)
        await shot.wait()
    finally:
        await shot.close()
    return 0


def _klog_head() -> str:
    now = datetime.fromtimestamp(clock.now()).astimezone()
    return f"E{now:%m%d %H:%M:%S.%f} {os.getpid():>7} portforward.go:549]"
