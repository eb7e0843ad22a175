"""New TCP connections whose endpoints are told the client's address by the PROXY protocol."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from bench.effort import Effort
from bench.figures import spread, table
from bench.l4 import manifests, peers, web
from bench.l4.connect import Round, connect
from bench.l4.daemon import Daemon
from bench.l4.manifests import EACH, Service
from bench.l4.rounds import DIRECT, alternated, middle_ratio, ratio_row
from bench.l4.street import Street, endpoint, street

PORT: Final = 8081
LISTEN: Final = f"{PORT} proxy_protocol reuseport backlog=16384"
ANNOTATIONS: Final = '{service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"}'
HAPROXY: Final = "haproxy, send-proxy-v2"
PORTICO: Final = "portico's relay"
HEAD: Final = (
    "path",
    "connections/s",
    f"/ {HAPROXY}",
    "CPU µs/connection",
    f"CPU / {HAPROXY}",
    "p50 µs",
    "p99 µs",
    "errors",
)


def run(effort: Effort) -> str:
    with street() as way:
        way.lane(DIRECT)
        web.start_web(way, (LISTEN,))
        asked = {PORTICO: _portico(way), HAPROXY: _haproxy(way)}

        def work(name: str) -> Round:
            return connect(way, [asked[name]], 80, 1)

        found = alternated(list(asked), work, effort.rounds * effort.seconds)
    return _text(found)


def _portico(way: Street) -> str:
    lane = way.lane(PORTICO)
    one = Service(0, PORT, lane.service(0), annotations=ANNOTATIONS)
    folder = way.room.folder("relayed")
    manifests.write(folder, [one])
    Daemon(way, lane, folder, ())
    way.wait_for_port(f"portico{lane.number}", one.address, 80)
    return one.address


def _haproxy(way: Street) -> str:
    lane = way.lane(HAPROXY)
    servers = [f"{endpoint(number)}:{PORT} send-proxy-v2" for number in range(EACH)]
    peers.start_haproxy(way, lane, {80: servers})
    way.wait_for_port("haproxy", lane.address, 80)
    return lane.address


def _text(found: dict[str, list[Round]]) -> str:
    rates = {name: [one.result.rate for one in of] for name, of in found.items()}
    costs = {name: [one.cpu_us for one in of] for name, of in found.items()}
    rows = [
        (
            name,
            spread(rates[name], 0),
            ratio_row(rates, name, HAPROXY),
            spread(costs[name], 0),
            ratio_row(costs, name, HAPROXY),
            *_seen(of),
        )
        for name, of in found.items()
    ]
    text = f"5 endpoints; {len(rates[HAPROXY])} rounds of 1 s\n\n{table(HEAD, rows)}\n"
    return f"{text}- {PORTICO} / {HAPROXY}: {middle_ratio(rates, PORTICO, HAPROXY):.3g}\n"


def _seen(rounds: Sequence[Round]) -> list[object]:
    results = [one.result for one in rounds]
    middle = median(r.p50 for r in results), median(r.p99 for r in results)
    return [*(f"{each:,.0f}" for each in middle), sum(r.errors for r in results)]
