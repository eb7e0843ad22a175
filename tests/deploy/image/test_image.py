"""The image serves what the manifests say, as nobody and without writing outside its volumes."""

from pathlib import Path

import pytest

from deploy.image.build import built, what_is_missing
from deploy.image.container import Container, WebhookContainer
from deploy.rendered import kustomized
from deploy.town import NAMESPACE, ingress, town
from support.api_server import running_api_server

USER = 65532

pytestmark = [pytest.mark.image, pytest.mark.timeout(900), pytest.mark.xdist_group("image")]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    if missing := what_is_missing():
        pytest.skip(missing)
    with built(tmp_path_factory.mktemp("image")) as made:
        yield made


@pytest.fixture
def server():
    with running_api_server(tls=True) as made:
        yield made


def test_it_serves_an_ingress_of_the_cluster(image, server, program, ports):
    pod = Container(image, server, program, kustomized())
    server.put(*town("portico"), to_here(ports["a"]))
    pod.start()
    program.until_served("good.example", "/", "a", tls=True)
    assert all(is_nobody(pid) for pid in pod.processes)
    assert writable(pod.first) == {"/tmp", "/var/lib/portico", "/proc", "/dev"}
    assert pod.stop() == 0
    assert "GET / HTTP" in program.logged(), "the access log is on the standard output"


def test_it_judges(image, server, program):
    pod = WebhookContainer(image, server, program, kustomized())
    server.put(*town("portico"))
    pod.start()
    assert pod.ask(ingress("new", "shop", "portico")).allowed
    assert not pod.ask(ingress("Not-A-Host", "shop", "portico")).allowed
    assert all(is_nobody(pid) for pid in pod.processes)
    assert pod.stop() == 0


def to_here(port):
    made = {each["metadata"]["name"]: each for each in town("") if each["kind"] == "EndpointSlice"}
    found = made["shop-1"]
    assert found["metadata"]["namespace"] == NAMESPACE
    found["endpoints"][0]["addresses"] = ["127.0.0.1"]
    found["ports"][0]["port"] = port
    return found


def is_nobody(pid):
    """An ordinary user who has no capability, and can get none."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    told = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert set(told["Uid"].split()) == set(told["Gid"].split()) == {str(USER)}
    assert {told[f"Cap{name}"] for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    return told["NoNewPrivs"] == "1"


def writable(pid):
    """Where something may be written, as far as file systems say."""
    lines = Path(f"/proc/{pid}/mounts").read_text().splitlines()
    mounts = [line.split()[1:4] for line in lines]
    found = {place for place, _, options in mounts if "rw" in options.split(",")}
    return {place for place in found if not place.startswith("/dev/")}
