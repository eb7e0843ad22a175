"""Bodies larger than any memory: they flow through, at the pace of whoever is slower."""

import threading

import pytest

from live import processes
from live.manifests import backend, ingress
from live.until import until
from support.client import Client, request

pytestmark = [pytest.mark.nginx, pytest.mark.load]

HOST = "shop.example"
GIGABYTE = 1 << 30
BLOCK = bytes(1 << 20)
MOST_GROWTH = 30 << 20


@pytest.fixture
def shop(program, ports):
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]))
    program.start()
    program.until_served(HOST, "/", "a")
    return program


class Memory:
    """The most that the workers have had together, above what they had at first; and on disk."""

    def __init__(self, program) -> None:
        self._workers = program.workers
        self._scratch = program.state / "nginx" / "tmp"
        self._first = self._now()
        self.growth = 0
        self.files: list[str] = []

    def look(self) -> None:
        self.growth = max(self.growth, self._now() - self._first)
        for worker in self._workers:
            self.files += processes.open_files(worker, self._scratch)

    def _now(self) -> int:
        return sum(processes.memory(worker) for worker in self._workers)


def test_a_gigabyte_up(shop):
    memory = Memory(shop)
    with Client(shop.http) as client:
        client.send(request("/", HOST, "PUT", [("Content-Length", str(GIGABYTE))]))
        for number in range(GIGABYTE // len(BLOCK)):
            client.send(BLOCK)
            if number % 32 == 0:
                memory.look()
        answer = client.response()
    assert answer.status == 200
    assert f'"body_bytes": {GIGABYTE}' in answer.body.decode()
    assert memory.growth < MOST_GROWTH
    assert not memory.files


def test_a_gigabyte_down(shop):
    memory = Memory(shop)
    assert download(shop, f"/bytes/{GIGABYTE}", memory) == GIGABYTE
    assert memory.growth < MOST_GROWTH
    assert not memory.files


def test_many_slow_clients(shop):
    """Who does not read costs little, does not hold up others, and gets all of it in the end."""
    memory, size = Memory(shop), 20 << 20
    clients = [Client(shop.http) for _ in range(20)]
    try:
        for client in clients:
            client.send(request(f"/bytes/{size}", HOST))
            assert client.head()[0] == 200
        for _ in range(50):
            assert shop.name(HOST) == "a"
            memory.look()
        assert memory.growth < MOST_GROWTH
        assert not memory.files
        for client in clients:
            assert drained(client, size) == size
    finally:
        for client in clients:
            client.socket.close()


def test_a_slow_upload_does_not_hold_up_others(shop):
    with Client(shop.http) as client:
        client.send(request("/", HOST, "PUT", [("Content-Length", "100")]))
        for _ in range(100):
            client.send(b"x")
            assert shop.name(HOST) == "a"
        assert client.response().status == 200


def test_a_download_goes_on_while_its_endpoint_leaves(shop, ports):
    """No new request gets there; those that are there finish."""
    size = 300 << 20
    with Client(shop.http) as client:
        client.send(request(f"/bytes/{size}", HOST))
        assert client.head()[0] == 200
        shop.save("web.yaml", backend("web", ports["b"]))
        shop.until_served(HOST, "/", "b")
        assert drained(client, size) == size


def test_a_client_that_leaves_takes_its_request_along(shop):
    """The endpoint is not left with work that nobody waits for."""
    clients = [Client(shop.http) for _ in range(10)]
    for client in clients:
        client.send(request("/delay/300", HOST))
    until(lambda: shop.figures()["connections_active"] >= 10, "the requests to arrive")
    for client in clients:
        client.socket.close()
    until(lambda: shop.figures()["connections_active"] < 10, "the connections to end")
    assert shop.name(HOST) == "a"


def download(shop, target: str, memory: Memory) -> int:
    with Client(shop.http) as client:
        client.send(request(target, HOST))
        assert client.head()[0] == 200
        size = int(target.rpartition("/")[2])
        done = threading.Event()
        received = []

        def read() -> None:
            received.append(drained(client, size))
            done.set()

        reader = threading.Thread(target=read)
        reader.start()
        while not done.wait(0.05):
            memory.look()
        reader.join()
        return received[0]


def drained(client: Client, size: int) -> int:
    """How much of a body came."""
    space = bytearray(1 << 20)
    read = len(client.exactly(0)) + len(client._buffer)
    while read < size and (count := client.socket.recv_into(space)):
        read += count
    return read
