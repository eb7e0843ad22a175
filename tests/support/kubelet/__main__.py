"""A cluster whose ports can be forwarded, as a program of its own: for measurements, and to play.

    python -m support.kubelet KUBECONFIG PORT=HOST:PORT... [--pods N] [--delay SECONDS]

Writes a kubeconfig and says `ready`. It has the Deployment, the Service and the pods `web-0`,
`web-1`, … of one application, and connections to the ports of every pod go to the addresses given.
Of the Service the ports are the same as of the pods. It serves until its standard input ends; a
line there is `remove POD` or `run POD`, and is answered with `done`.
"""

import argparse
import secrets
import sys
from pathlib import Path

from support.api_server import ApiServer, running_api_server
from support.kubelet.sandbox import Address
from support.kubelet.workloads import pod, port, service, workload

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
        for number in range(options.pods):
            _run(server, f"{APP}-{number}", ports)
        # Without a token kubectl asks its user for a name and a password.
        token = secrets.token_hex(16)
        server.access.user_by_token[token] = "admin"
        written = server.kubeconfig(options.kubeconfig.parent, token)
        written.rename(options.kubeconfig)
        _say("ready")
        for line in sys.stdin:
            verb, _, name = line.strip().partition(" ")
            if verb == "run":
                _run(server, name, ports)
            elif verb == "remove":
                server.remove("pods", "default", name)
            _say("done")


def _run(server: ApiServer, name: str, ports: dict[int, Address]) -> None:
    server.run(pod(name, app=APP, ports={f"p{each}": each for each in ports}), ports)


def _port(text: str) -> tuple[int, Address]:
    number, _, address = text.partition("=")
    host, _, at = address.rpartition(":")
    return int(number), (host, int(at))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
