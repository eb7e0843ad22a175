"""A cluster whose ports can be forwarded, as a program of its own: for measurements, and to play.

    python -m support.kubelet KUBECONFIG PORT=HOST:PORT... [--pods N] [--delay SECONDS]

Writes a kubeconfig and says `ready`. It has the Deployment, the Service and the pods `web-0`,
`web-1`, … of one application, and connections to the ports of every pod go to the addresses given.
Of the Service the ports are the same as of the pods. It serves until its standard input ends. A
line there is a deed, and is answered with `done`:

    run POD [PORT=HOST:PORT...]      a pod that is ready; with addresses of its own, if given
    start POD [PORT=HOST:PORT...]    one that runs and is not ready
    ready POD                        it is, now
    leave POD                        it is being deleted, and still runs
    remove POD                       it is gone
"""

import argparse
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from support.api_server import ApiServer, running_api_server
from support.kubelet.sandbox import Address
from support.kubelet.workloads import CREATED, deleting, pod, port, ready, service, workload

APP = "web"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kubeconfig", type=Path)
    parser.add_argument("ports", nargs="+", type=_port)
    parser.add_argument("--pods", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0, help="each way")
    options = parser.parse_args()
    ports: dict[int, Address] = dict(options.ports)
    with running_api_server(tls=True) as server:
        server.terms.delay = options.delay
        server.put(workload("Deployment", APP))
        server.put(service(APP, *(port(each, name=f"p{each}") for each in ports)))
        pods = Pods(server, ports)
        for number in range(options.pods):
            pods.run(f"{APP}-{number}")
        # Without a token kubectl asks its user for a name and a password.
        token = secrets.token_hex(16)
        server.access.user_by_token[token] = "admin"
        written = server.kubeconfig(options.kubeconfig.parent, token)
        written.rename(options.kubeconfig)
        _say("ready")
        deeds: Mapping[str, Callable[..., None]] = {
            "run": pods.run, "start": pods.start, "ready": pods.ready, "leave": pods.leave,
            "remove": pods.remove,
        }  # fmt: skip
        for line in sys.stdin:
            verb, name, *own = line.split()
            deeds[verb](name, *map(_port, own))
            _say("done")


class Pods:
    """Of the one application."""

    def __init__(self, server: ApiServer, ports: dict[int, Address]) -> None:
        self._server, self._ports = server, ports

    def run(self, name: str, *own: tuple[int, Address], is_ready: bool = True) -> None:
        ports = {**self._ports, **dict(own)}
        names = {f"p{each}": each for each in ports}
        self._server.run(pod(name, app=APP, ports=names, is_ready=is_ready), ports)

    def start(self, name: str, *own: tuple[int, Address]) -> None:
        self.run(name, *own, is_ready=False)

    def ready(self, name: str) -> None:
        self._server.put(ready(self._server.get("pods", "default", name), CREATED))

    def leave(self, name: str) -> None:
        self._server.put(deleting(self._server.get("pods", "default", name), CREATED))

    def remove(self, name: str) -> None:
        self._server.remove("pods", "default", name)


def _port(text: str) -> tuple[int, Address]:
    number, _, address = text.partition("=")
    host, _, at = address.rpartition(":")
    return int(number), (host, int(at))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
