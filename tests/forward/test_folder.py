"""--from PATH: no cluster at all."""

import subprocess

import pytest

from forward.conftest import PORTICO
from live.until import until
from support.forwarding import forwarding
from support.kubelet.apps import HTTP
from support.orders import asked

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80, targetPort: 1}, {name: dns, port: 53, protocol: UDP}]}
---
"""


def endpoints(*ports):
    """One slice for each, as all are on one address."""
    return "---\n".join(
        f"""\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: web-{number}, namespace: shop, labels: {{kubernetes.io/service-name: web}}}}
addressType: IPv4
ports: [{{name: http, port: {number}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"""
        for number in ports
    )


@pytest.fixture
def ports(_apps):
    """Of two endpoints, a and b."""
    return [_apps.start(name)[HTTP][1] for name in "ab"]


@pytest.fixture
def folder(tmp_path, ports):
    (tmp_path / "web.yaml").write_text(SERVICE + endpoints(ports[0]))
    return tmp_path


@pytest.fixture
def portico(folder):
    def start(*words):
        return forwarding([PORTICO, "forward", "--from", str(folder), "-n", "shop", *words])

    return start


def test_a_service_and_what_changes(folder, portico, ports):
    with portico("svc/web", ":80") as process:
        local = process.until_listening(lines=2).local[ports[0]]
        assert asked(local) == "a"
        (folder / "web.yaml").write_text(SERVICE + endpoints(ports[1]))
        until(lambda: process.err, "it to be told")
        assert asked(local) == "b"
        (folder / "web.yaml").unlink()
        until(lambda: len(process.err) > 1, "it to be told")
        assert process.err[1].endswith("; new connections wait for a ready pod")
        (folder / "web.yaml").write_text(SERVICE + endpoints(*ports))
        assert asked(local) in "ab"
        assert process.interrupted() == 0


def test_balance(folder, portico, ports):
    (folder / "web.yaml").write_text(SERVICE + endpoints(*ports))
    with portico("svc/web", ":http", "--balance=round-robin") as process:
        (local,) = process.until_listening(lines=2).local.values()
        assert sorted(asked(local) for _ in range(4)) == ["a", "a", "b", "b"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("svc/nope", ":80"), 'Error from server (NotFound): services "nope" not found in'),
        (("svc/web", ":81"),  "error: Service web does not have a service port 81"),
        (("svc/web", ":53"),  "error: UDP protocol is not supported for 53"),
        (("deploy/x", ":80"), "error: deploy/x: there are no pods in a folder"),
        (("--socks=0",),      "error: --socks needs a cluster"),
    ],
)  # fmt: skip
def test_refusals(folder, words, said):
    done = subprocess.run(
        [PORTICO, "forward", "--from", str(folder), "-n", "shop", *words],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert done.stderr.startswith(said)


def test_a_service_that_may_be_among_what_cannot_be_read(folder, portico):
    (folder / "broken.yaml").write_text("a: [\n")
    with portico("svc/nope", ":80") as process:
        assert process.ended() == 1
        where = f"in namespace shop of {folder}"
        assert process.err == [
            f'Error from server (NotFound): services "nope" not found {where}',
            f"hint: not all there can be read, see: portico check {folder}",
        ]
