"""CPU time of a proxied request: Portico, a hand-written static nginx, HAProxy, Envoy, Caddy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from bench import load
from bench.backend import start_backend
from bench.certificate import Certificate, make_certificate, secret_manifest
from bench.effort import Effort
from bench.figures import spread, table, verdict
from bench.load import Result
from bench.machine import beside
from bench.manifests import SHARED, App, write_apps
from bench.peers import caddy, envoy, haproxy, nginx
from bench.peers.target import Target, Task
from bench.proc import cpu_ns
from bench.room import Room, room
from bench.say import say
from bench.subject import Portico

STATIC: Final = "nginx static"
SINGLE: Final = "nginx static, 1 server"
PORTICO: Final = "portico"
MOST: Final = 1.10
MOST_HANDSHAKES: Final = 1.15
PEERS: Final = (
    ("haproxy", haproxy.start, 1_000_000),
    ("envoy", envoy.start, 1_000_000),
    ("caddy", caddy.start, caddy.MOST_APPS),
)
HEAD: Final = (
    "target",
    "CPU µs/request",
    "CPU / nginx static",
    "requests/s",
    "p50 µs",
    "p99 µs",
    "errors",
)

Load = Callable[[Target], Result]


@dataclass(frozen=True, slots=True)
class Round:
    """One target, once: what the client saw, and what the proxy spent on each request."""

    result: Result
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that runs at one size, at rest."""

    hosts: int
    targets: Sequence[Target]
    portico: Portico
    effort: Effort

    def kept(self, scheme: str) -> Load:
        def go(target: Target, seconds: int = self.effort.seconds) -> Result:
            port = target.http_port if scheme == "http" else target.https_port
            return load.kept(scheme, port, self.hosts, seconds)

        return go


def run(effort: Effort) -> str:
    return _one_host(effort) + _many_hosts(effort)


def _one_host(effort: Effort) -> str:
    with room() as place:
        scene = _scene(place, 1, effort)
        text = "### 1 host x 5 paths\n\n"
        text += _compared(scene, "HTTP, kept connections", scene.kept("http"), MOST)
        text += _compared(scene, "TLS, kept connections", scene.kept("https"), MOST)

        def handshakes(target: Target) -> Result:
            return load.handshakes(target.https_port, effort.seconds)

        title = "a new TLS connection for each request, none resumed"
        return text + _compared(scene, title, handshakes, MOST_HANDSHAKES) + _decodes(scene)


def _many_hosts(effort: Effort) -> str:
    with room() as place:
        scene = _scene(place, effort.hosts, effort)
        text = f"### {effort.hosts:,} hosts x 5 paths\n\n"
        if effort.hosts > caddy.MOST_APPS:
            text += (
                "Caddy is left out: it walks a list of routes, here one of five for each host.\n\n"
            )
        say("warming up: every host and path once")
        for target in scene.targets:
            load.kept("http", target.http_port, scene.hosts, 1 + scene.hosts * load.PATHS // 15_000)
        text += _compared(scene, "HTTP, kept connections", scene.kept("http"), MOST)
        text += _compared(scene, "TLS, kept connections", scene.kept("https"), MOST)
        return text + _decodes(scene)


def _scene(place: Room, hosts: int, effort: Effort) -> Scene:
    port = start_backend(place)
    certificate = make_certificate(place.folder("tls"))
    apps = [App(n, load.all_paths(), SHARED, port, has_tls=True) for n in range(hosts)]
    portico = portico_of(place, apps, certificate)
    task = partial(task_of, place, apps, certificate)
    targets = [nginx.start_static(place, task("static"), STATIC)]
    if hosts > 1:
        targets.append(nginx.start_single(place, task("single"), SINGLE))
    targets.append(Target(PORTICO, portico.http_port, portico.https_port, portico.workers))
    for name, start, most in PEERS:
        if hosts <= most and beside(name):
            say(f"starting {name}")
            targets.append(start(place, task(name), name))
    return Scene(hosts, targets, portico, effort)


def portico_of(place: Room, apps: Sequence[App], certificate: Certificate) -> Portico:
    folder = place.folder(f"apps-{len(apps)}")
    write_apps(folder, apps)
    (folder / "certificate.yaml").write_text(secret_manifest(certificate))
    portico = Portico(place, folder)
    say(f"portico with {len(apps)} hosts: ready after {portico.start():.2f} s")
    return portico


def task_of(place: Room, apps: Sequence[App], certificate: Certificate, name: str) -> Task:
    ports = place.free_port(), place.free_port()
    return Task(place.folder(name), *ports, apps, certificate, apps[0].port)


def _compared(scene: Scene, title: str, work: Load, most: float) -> str:
    say(f"{title}, {scene.hosts} hosts")
    rounds = alternated(scene.targets, work, scene.effort.rounds)
    text = compared(title, rounds)
    text += verdict("portico / nginx static", median(ratios_of(rounds, PORTICO, STATIC)), most)
    if SINGLE in rounds:
        ratio = median(ratios_of(rounds, PORTICO, SINGLE))
        text += f"- portico / {SINGLE}: {ratio:.3g}\n"
    return text + "\n"


def compared(title: str, rounds: Mapping[str, Sequence[Round]]) -> str:
    """A table of all targets, each against the hand-written nginx."""
    rows = [_row(name, of, ratios_of(rounds, name, STATIC)) for name, of in rounds.items()]
    return f"{title}:\n\n{table(HEAD, rows)}\n"


def alternated(targets: Sequence[Target], work: Load, rounds: int) -> dict[str, list[Round]]:
    """Every target in every round, there and back, so that a slow minute is everybody's."""
    found: dict[str, list[Round]] = {target.name: [] for target in targets}
    for target in targets:
        work(target)
    for number in range(rounds):
        for target in targets if number % 2 == 0 else reversed(targets):
            found[target.name].append(_round(target, work))
    return found


def _round(target: Target, work: Load) -> Round:
    pids = target.pids()
    before = cpu_ns(pids)
    result = work(target)
    spent = cpu_ns(pids) - before
    return Round(result, spent / 1000 / max(1, result.requests))


def ratios_of(rounds: Mapping[str, Sequence[Round]], name: str, base: str) -> list[float]:
    return [a.cpu_us / b.cpu_us for a, b in zip(rounds[name], rounds[base], strict=True)]


def _row(name: str, rounds: Sequence[Round], ratios: Sequence[float]) -> list[object]:
    results = [one.result for one in rounds]
    return [
        name,
        spread([one.cpu_us for one in rounds]),
        spread(ratios, 2),
        f"{median(r.rate for r in results):,.0f}",
        f"{median(r.p50 for r in results):,.0f}",
        f"{median(r.p99 for r in results):,.0f}",
        sum(r.errors for r in results),
    ]


def _decodes(scene: Scene) -> str:
    """A host, its backend and a certificate are decoded once each by the one worker."""
    figures, units = scene.portico.figures(), scene.portico.status()["units"]
    there = sum(units.get(kind, 0) for kind in ("site", "backend", "certificate"))
    requests = figures["connections_requests"]
    return (
        f"- portico decoded {figures['decodes']:,} entries of {there:,} in {requests:,} requests, "
        f"with {figures['reloads']} reloads\n\n"
    )
