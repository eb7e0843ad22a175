"""What users do to their manifests while traffic goes on. Each act checks that it was served."""

import asyncio
import hashlib
import random
import ssl
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from live.load import HOST, Load
from live.manifests import backend, endpoints, ingress, secret, service
from live.program import Program
from live.until import PATIENCE, eventually
from live.wire import Wire
from model.certificates import Pair, pair
from support.ports import refusing_port

SECURE = "secure.example"
SAVES_A_SECOND = 20

Ports = Mapping[str, int]


def open_shop(program: Program, ports: Ports) -> None:
    """A shop on a and b, and the same over TLS under another name."""
    program.save("service.yaml", service("web"))
    program.save("endpoints.yaml", web(ports, "a", "b"))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]))
    program.save("secure.yaml", ingress("secure", SECURE, [("/", "web")], secret="shop-tls"))
    program.save("tls.yaml", secret("shop-tls", rotation(0)))
    program.start()


def web(ports: Ports, *names: str) -> str:
    """Where the shop's endpoints are."""
    return endpoints("web", *(("127.0.0.1", ports[name]) for name in names))


def rotation(number: int) -> Pair:
    """The certificate that follows on so many others."""
    return pair(SECURE, serial=1000 + number)


async def change_endpoints(program: Program, load: Load, ports: Ports, saves: int = 60) -> None:
    """Twenty times a second, in place and by rename in turn; one endpoint at least is healthy."""
    drawn = random.Random(2)
    with refusing_port() as dead:
        everywhere = {**ports, "dead": dead}
        for number in range(saves):
            names = drawn.sample("abcd", drawn.randint(1, 3)) + ["dead"] * (number % 3 == 0)
            program.save("endpoints.yaml", web(everywhere, *names), by_rename=number % 2 == 0)
            await asyncio.sleep(1 / SAVES_A_SECOND)
    for names in ("a", "cd", "ab"):
        program.save("endpoints.yaml", web(ports, *names))
        await load.until_answered_by(*names)


async def change_routes(program: Program, ports: Ports, rounds: int = 8) -> None:
    """Other hosts, and other paths of the host under load, come and go."""
    program.save("other.yaml", backend("other", ports["c"]))
    async with Asking(program, "") as asking:
        for number in range(rounds):
            host, path = f"shop-{number}.example", f"/other-{number}"
            file = f"route-{number}.yaml"
            more = ingress(f"more-{number}", HOST, [(path, "other")])
            program.save(file, ingress(f"new-{number}", host, [("/", "other")]), more)
            await asking.until(host, "/", "c")
            await asking.until(HOST, path + "/deeper", "c")
            program.save(file, more, by_rename=True)
            await asking.until(host, "/", "404")
            (program.folder / file).unlink()
            await asking.until_not(HOST, path, "c")


async def rotate_certificates(program: Program, first: int = 1, rounds: int = 8) -> None:
    """Every new connection gets the old one or the new one; after the first new one, only that."""
    async with handshakes(program.https) as shown:
        await shown.until(rotation(first - 1))
        for number in range(first, first + rounds):
            text = secret("shop-tls", rotation(number))
            program.save("tls.yaml", text, by_rename=number % 2 == 0)
            await shown.until(rotation(number))
    shown.assert_in_order([rotation(number) for number in range(first - 1, first + rounds)])


async def restart_controller(program: Program, load: Load, ports: Ports) -> None:
    """`kill -9`; traffic goes on without it; and the next one adopts what runs."""
    master, workers = program.master, program.workers
    program.kill()
    await load.more(300)
    await asyncio.to_thread(program.start)
    assert (program.master, program.workers) == (master, workers)
    assert_adopted(program)
    program.save("endpoints.yaml", web(ports, "d"))
    await load.until_answered_by("d")
    program.save("endpoints.yaml", web(ports, "a", "b"))
    await load.until_answered_by("a", "b")


async def break_a_file(program: Program, load: Load, ports: Ports) -> None:
    """Broken YAML, and YAML that is no manifest: the last good state stays; then repaired."""
    for text in ("endpoints: [{", "kind: EndpointSlice\napiVersion: discovery.k8s.io/v1\n", "\0"):
        broken = program.save("endpoints.yaml", text)
        await _until_blamed(program, str(broken))
        load.names.clear()
        await load.more(200)
        assert load.names.keys() == {"a", "b"}
    program.save("endpoints.yaml", web(ports, "c"))
    await load.until_answered_by("c")
    program.save("endpoints.yaml", web(ports, "a", "b"))
    await load.until_answered_by("a", "b")
    assert not program.problems()


async def break_a_secret(program: Program, number: int) -> None:
    """A key of another certificate: the last good pair stays; then repaired."""
    async with handshakes(program.https) as shown:
        await shown.until(rotation(number - 1))
        wrong = secret("shop-tls", rotation(number), key=rotation(number + 1).key)
        broken = program.save("tls.yaml", wrong)
        await _until_blamed(program, str(broken))
        await shown.until(rotation(number - 1))
        program.save("tls.yaml", secret("shop-tls", rotation(number)))
        await shown.until(rotation(number))
    shown.assert_in_order([rotation(number - 1), rotation(number)])
    assert not program.problems()


def assert_adopted(program: Program) -> None:
    """This controller has started nothing, reloaded nothing, and said nothing twice."""
    figures = program.figures()
    told = {name: figures[name] for name in ("starts", "reloads", "whole_pushes")}
    assert told == {"starts": 0, "reloads": 0, "whole_pushes": 0}


@dataclass
class Handshakes:
    """Which certificates new connections were shown, in order."""

    port: int
    shown: list[str] = field(default_factory=list)
    is_over: bool = False

    async def keep_on(self) -> None:
        while not self.is_over:
            async with await Wire.open(self.port, sni=SECURE) as wire:
                self.shown.append(wire.fingerprint)
                if len(self.shown) % 5 == 0:
                    assert (await wire.ask(SECURE)).status == 200
            await asyncio.sleep(0.002)

    async def until(self, wanted: Pair) -> None:
        """Until this one is shown, and again and again."""
        count = len(self.shown)

        async def is_shown() -> bool:
            return self.shown[count:][-6:] == [fingerprint(wanted)] * 6

        await eventually(is_shown, "the new certificate to be shown")

    def assert_in_order(self, pairs: list[Pair]) -> None:
        """None but these, and never an older one after a newer one."""
        numbers = {fingerprint(found): number for number, found in enumerate(pairs)}
        told = [numbers.get(found, -1) for found in self.shown]
        assert told == sorted(told)
        assert set(told) == set(range(len(pairs)))


@asynccontextmanager
async def handshakes(port: int):
    """New connections over TLS, one after the other."""
    shown = Handshakes(port)
    async with asyncio.TaskGroup() as group:
        group.create_task(shown.keep_on())
        try:
            yield shown
        finally:
            shown.is_over = True


class Asking:
    """One connection for questions on the side."""

    def __init__(self, program: Program, sni: str) -> None:
        self._port = program.https if sni else program.http
        self._sni = sni

    async def __aenter__(self):
        self._wire = await Wire.open(self._port, sni=self._sni)
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._wire.__aexit__(*raised)

    async def name(self, host: str, target: str) -> str:
        reply = await self._wire.ask(host, target)
        return reply.name or str(reply.status)

    async def until(self, host: str, target: str, name: str) -> None:
        async def is_so() -> bool:
            return await self.name(host, target) == name

        await eventually(is_so, f"{host}{target} to be answered by {name}")

    async def until_not(self, host: str, target: str, name: str) -> None:
        async def is_so() -> bool:
            return await self.name(host, target) != name

        await eventually(is_so, f"{host}{target} not to be answered by {name}")


def fingerprint(found: Pair) -> str:
    """The SHA-256 of the certificate, in hex."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(found.chain.decode())).hexdigest()


async def _until_blamed(program: Program, file: str) -> None:
    async def is_blamed() -> bool:
        return any(problem["file"] == file for problem in program.problems())

    await eventually(is_blamed, f"a problem of {file}", PATIENCE)
