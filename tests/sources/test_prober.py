"""Nodes that fail and come back, asked over real sockets."""

import asyncio
import socket
import time
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from portico.model.local import Failed, Health
from portico.model.ref import Ref
from portico.plan.probe import Probe, probe_key
from portico.sources.contract import Drop, Put
from portico.sources.prober import Prober
from sources.following import follow
from sources.health_server import LOCALHOST, Node, nobodys_port, node
from support.netns import Network, needs_namespaces

QUICK = {"interval": 0.05, "timeout": 0.05}
NODE = Ref("Node", "", "node-a")
HEALTH = Ref(Health.KIND, "", "node-a/10256")


def probe(port: int, address: str = LOCALHOST, **more) -> Probe:
    more = {"path": "/healthz", **QUICK, **more}
    return Probe(probe_key("node-a", 10256), NODE, address, port, **more)


@asynccontextmanager
async def probing(*probes: Probe):
    prober = Prober()
    async with follow(prober) as told:
        want(prober, *probes)
        yield prober, told


def want(prober: Prober, *probes: Probe) -> None:
    prober.want({each.key.name: each for each in probes})


async def until(is_so) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110  # what a server counts
            await asyncio.sleep(0.01)


def is_healthy(told) -> bool:
    return told.facts[HEALTH].healthy if HEALTH in told.facts else True


async def fails(told) -> str:
    await told.until(lambda told: not is_healthy(told))
    return told.facts[HEALTH].reason


async def recovers(told) -> None:
    await told.until(is_healthy)
    assert told.facts[HEALTH] == Health(metadata=told.facts[HEALTH].metadata)


async def test_a_node_that_always_was_healthy_is_no_news():
    async with node() as server, probing(probe(server.port)) as (prober, told):
        await until(lambda: len(server.questions) >= 3)
        assert told.batches == [told.batches[0]]
        assert prober.checks >= 3
        assert (
            server.questions[0]
            == (
                f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                "User-Agent: portico\r\n\r\n"
            ).encode()
        )


async def test_one_connection_serves_many_checks():
    async with node() as server, probing(probe(server.port)):
        await until(lambda: len(server.questions) >= 5)
        assert server.connections == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "answered 503"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "answered 302"),
        (b"SSH-2.0-x\r\n\r\n", "the answer is not HTTP"),
        (b"HTTP/1.1", "no answer in time"),
        (b"", "no answer in time"),
    ],
)
async def test_a_wrong_answer_is_told_and_the_right_one_again(answer, reason):
    async with node() as server, probing(probe(server.port)) as (_, told):
        right, server.answer = server.answer, answer
        assert await fails(told) == f"1 failed check: {reason}"
        server.answer = right
        await recovers(told)


async def test_a_node_that_closes_the_door_is_told():
    async with node() as server, probing(probe(server.port)) as (_, told):
        await until(lambda: server.questions)
        await server.close()
        assert await fails(told) == "2 failed checks: connection refused"
        await server.listen()
        await recovers(told)


async def test_a_kept_connection_that_was_closed_is_no_failure():
    async with node() as server, probing(probe(server.port, unhealthy=1)) as (_, told):
        for connections in (1, 2, 3):
            await until(lambda: server.connections >= connections)  # noqa: B023
            asked = len(server.questions)
            await until(lambda: len(server.questions) > asked)  # noqa: B023
            server.hang_up()
        await until(lambda: server.connections >= 4)
        assert len(told.batches) == 1


async def test_thresholds_are_those_of_the_probe():
    async with node() as server:
        strict = probe(server.port, unhealthy=3, healthy=4)
        server.answer, right = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", server.answer
        async with probing(strict) as (_, told):
            assert await fails(told) == "1 failed check: answered 500"  # the first answer decides
            server.answer = right
            await recovers(told)
            asked = len(server.questions)
            server.answer = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
            assert await fails(told) == "3 failed checks: answered 500"
            assert len(server.questions) >= asked + 3
            asked, server.answer = len(server.questions), right
            await recovers(told)
            assert len(server.questions) >= asked + 4


async def test_without_a_health_port_the_node_ports_are_tried():
    async with node() as open_port:
        shut = nobodys_port()
        ports = tuple(sorted((open_port.port, shut)))
        async with probing(probe(nobodys_port(), connect_ports=ports)) as (prober, told):
            await told.until(lambda told: HEALTH in told.facts)
            health = told.facts[HEALTH]
            assert health.healthy
            assert health.failed_ports == (Failed(shut, "1 failed check: connection refused"),)
            assert not open_port.questions
            want(prober, probe(prober._wanted[HEALTH.name].port, connect_ports=(open_port.port,)))
            await told.until(lambda told: not told.facts[HEALTH].failed_ports)


async def test_without_a_path_a_connection_is_answer_enough():
    async with node() as server, probing(probe(server.port, path="")) as (_, told):
        await until(lambda: server.connections >= 3)
        assert not server.questions
        await server.close()
        assert await fails(told) == "2 failed checks: connection refused"


async def test_what_is_not_wanted_any_more_is_forgotten():
    async with probing(probe(nobodys_port())) as (prober, told):
        await fails(told)
        want(prober)
        await told.until(lambda told: told.drops == [HEALTH])


async def test_another_address_is_another_machine():
    async with node() as server, probing(probe(nobodys_port())) as (prober, told):
        await fails(told)
        want(prober, probe(server.port))
        await recovers(told)


async def test_other_settings_do_not_make_a_sick_node_well():
    shut = nobodys_port()
    async with probing(probe(shut)) as (prober, told):
        await fails(told)
        want(prober, probe(shut, interval=0.06))
        asked = prober.checks
        await until(lambda: prober.checks > asked + 3)
        assert not is_healthy(told)
        assert told._queue.empty()


async def test_two_troubles_by_turns_are_told_once():
    async with node() as server, probing(probe(server.port)) as (_, told):
        server.answer = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
        await fails(told)
        for status in (b"501", b"502") * 3:
            asked = len(server.questions)
            server.answer = b"HTTP/1.1 " + status + b" No\r\nContent-Length: 0\r\n\r\n"
            await until(lambda: len(server.questions) > asked)  # noqa: B023
        assert told._queue.empty()


async def test_who_is_late_himself_blames_nobody():
    """A long compile keeps the loop busy in the middle of a check, again and again."""
    with answering_thread() as port:
        async with probing(probe(port, unhealthy=1)) as (prober, told):
            for _ in range(5):
                asked = prober.checks
                while prober.checks == asked:  # noqa: ASYNC110  # nobody tells
                    await asyncio.sleep(0)  # to be there right after a check has begun
                time.sleep(0.3)  # noqa: ASYNC251  # the loop does nothing else
            asked = prober.checks
            await until(lambda: prober.checks > asked + 2)
            assert len(told.batches) == 1
            assert told._queue.empty()


async def test_many_checks_are_spread():
    """Not all at once, whoever is told of a thousand nodes at one moment."""
    moments = []

    class Clocked(Node):
        async def _serve(self, reader, writer):
            moments.append(time.monotonic())
            writer.close()

    server = Clocked()
    await server.listen()
    many = [Probe(probe_key(f"node-{n}", 1), NODE, LOCALHOST, server.port, "/") for n in range(100)]
    async with probing(*many):
        await until(lambda: len(moments) >= 100)
    await server.close()
    slots = {round((moment - moments[0]) / 0.05) for moment in moments[:100]}
    assert len(slots) >= 5


@contextmanager
def answering_thread():
    """A node that goes on while the loop of the test is busy; its port."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Connection", "close")  # so that every check has to connect
            self.end_headers()

        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer((LOCALHOST, 0), Answer) as server:
        server.daemon_threads = True
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            serving.join()


def two_spaces(network: Network):
    near, far, switch = network.space("near"), network.space("far"), network.switch("lan")
    switch.plug(near, "192.0.2.1/24", "2001:db8::1/64")
    switch.plug(far, "192.0.2.2/24", "2001:db8::2/64")
    return near, far, switch


@needs_namespaces
@pytest.mark.parametrize("address", ["192.0.2.2", "2001:db8::2"])
def test_a_node_that_vanishes_is_noticed_in_time(address):
    """With the default rhythm: unplugged between two checks, no RST, no ICMP."""
    with Network() as network:
        near, far, switch = two_spaces(network)
        listening = far.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        listening.bind(("", 10256))

        async def story() -> float:
            async with (
                node(listening) as server,
                probing(probe(10256, address, interval=0.5, timeout=0.5)) as (_, told),
            ):
                await until(lambda: len(server.questions) >= 2)
                switch.unplug(far)
                gone = time.monotonic()
                assert await fails(told) == "2 failed checks: connection timed out"
                took = time.monotonic() - gone
                switch.plug_in_again(far)
                await recovers(told)
                return took

        assert near.call(lambda: asyncio.run(story())) <= 1.8


@needs_namespaces
def test_an_address_that_swallows_everything_is_told():
    with Network() as network:
        space = network.space("alone")
        network.switch("lan").plug(space, "192.0.2.1/24")
        space.ip("neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent")

        async def story() -> tuple[str, float]:
            started = time.monotonic()
            async with probing(probe(10256, "192.0.2.9", interval=0.5, timeout=0.5)) as (_, told):
                return await fails(told), time.monotonic() - started

        reason, took = space.call(lambda: asyncio.run(story()))
        assert reason == "1 failed check: connection timed out"
        assert took < 1.8


async def test_events_are_puts_and_drops():
    async with probing(probe(nobodys_port())) as (prober, told):
        await fails(told)
        want(prober)
        await told.until(lambda told: told.drops)
        assert [type(event) for batch in told.batches[1:] for event in batch] == [Put, Drop]
