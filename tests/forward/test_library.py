"""portico.forward.open, as a program uses it."""

import asyncio

import pytest

import portico.forward
from live.until import eventually
from portico.forward.told import PodChanged
from portico.kube.config.choose import access
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from support.kubelet.apps import GREETINGS, HTTP

# The session that is kept for the next connection may still be in its TLS handshake when a block
# ends. asyncio leaves what it has of a handshake that is cancelled to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def opened(place):
    place.start("web-1")
    place.serve()

    # By its address: asyncio's race of addresses loses a socket if it is cancelled at its end.
    text = place.kubeconfig.read_text().replace("https://localhost:", "https://127.0.0.1:")
    place.kubeconfig.write_text(
        text.replace("cluster:\n", "cluster:\n    tls-server-name: localhost\n", 1)
    )

    def make(target="svc/web", *ports, **options):
        return portico.forward.open(target, *ports, kubeconfig=place.kubeconfig, **options)

    return make


async def asked(address):
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.write(b"GET / HTTP/1.1\r\nHost: web\r\n\r\n")
    answer = await reader.read(1000)
    writer.close()
    await writer.wait_closed()
    return answer.rpartition(b"\r\n\r\n")[2].decode()


async def test_a_port_for_as_long_as_the_block(opened):
    async with opened("svc/web", 80) as web:
        assert (web.host, web.address) == ("127.0.0.1", f"127.0.0.1:{web.port}")
        assert await asked(web.address) == "web-1"
    with pytest.raises(ConnectionRefusedError):
        await asked(web.address)


async def test_several_ports_and_another_address(opened):
    async with opened("web-1", "http", GREETINGS, address="::1") as web:
        assert await asked(web.address) == "web-1"
        assert web.host == "::1"
        reader, writer = await asyncio.open_connection("::1", web.ports[1])
        assert await reader.readline() == b"hello, this is web-1\n"
        writer.close()
        await writer.wait_closed()


async def test_a_local_port_of_ones_choice(opened, endpoints_port):
    with pytest.raises(portico.forward.ForwardError, match="has it"):
        async with opened("svc/web", f"{endpoints_port}:80"):
            raise AssertionError("it was opened")


async def test_it_survives(place, opened):
    told = []
    async with opened("svc/web", 80, tell=told.append) as web:
        assert await asked(web.address) == "web-1"
        await asyncio.to_thread(place.start, "web-2")
        await asyncio.to_thread(place.remove, "web-1")

        async def has_changed():
            return PodChanged("svc/web", ("web-2",), ("web-1",)) in told

        await eventually(has_changed, "the next pod")
        assert await asked(web.address) == "web-2"


async def test_many_with_one_client(place, opened):
    async with Client(access(Wish(kubeconfig=str(place.kubeconfig)))) as client:
        async with (
            portico.forward.open("svc/web", 80, client=client) as one,
            portico.forward.open("web-1", HTTP, client=client) as other,
        ):
            assert [await asked(each.address) for each in (one, other)] == ["web-1"] * 2
        async with portico.forward.open("svc/web", 80, client=client) as again:
            assert await asked(again.address) == "web-1"


async def test_what_is_raised_within_comes_out_as_it_is(opened):
    with pytest.raises(KeyError, match="mine"):
        async with opened("svc/web", 80):
            raise KeyError("mine")


async def test_it_can_be_cancelled(opened):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), opened("svc/web", 80):
            await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("target", "ports", "said"),
    [
        ("svc/nope", (80,),     'services "nope" not found'),
        ("svc/web",  (81,),     "Service web does not have a service port 81"),
        ("foo/web",  (80,),     "the server doesn't have a resource type"),
        ("svc/web",  ("a:b:c",), "more than one colon"),
    ],
)  # fmt: skip
async def test_errors(opened, target, ports, said):
    with pytest.raises(portico.forward.ForwardError, match=said):
        async with opened(target, *ports):
            raise AssertionError("it was opened")


async def test_no_kubeconfig(tmp_path):
    with pytest.raises(portico.forward.ForwardError, match="no such file"):
        async with portico.forward.open("svc/web", 80, kubeconfig=tmp_path / "none"):
            raise AssertionError("it was opened")


async def test_only_ready_pods_unless_it_is_no_matter(place, opened):
    place.become("web-1", ready=False)
    with pytest.raises(portico.forward.ForwardError, match="timed out"):
        async with opened("svc/web", 80, patience=0.3):
            raise AssertionError("it was opened")
    async with opened("svc/web", 80, ready=False) as web:
        assert await asked(web.address) == "web-1"


def test_nothing_is_imported_that_is_not_asked_for():
    with pytest.raises(AttributeError, match="no attribute 'close'"):
        portico.forward.close  # noqa: B018
