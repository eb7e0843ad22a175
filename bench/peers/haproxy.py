"""HAProxy: hosts and paths in a map file, one thread."""

from typing import Final

from bench.peers.target import Target, Task
from bench.room import PROXY, Room

CONFIGURATION: Final = """\
global
    nbthread 1
    maxconn 4000
    log stdout format raw local0
    ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
    mode http
    log global
    timeout connect 5s
    timeout client 75s
    timeout server 60s
    timeout http-keep-alive 75s
    log-format '%ci - - [%t] "%HM %HU %HV" %ST %B %[capture.req.hdr(0)] %U %Ta [%b] %si:%sp %Tr %ID'

frontend web
    bind 127.0.0.1:{task.http_port}
    bind 127.0.0.1:{task.https_port} ssl crt {task.certificate.both} alpn h2,http/1.1
    unique-id-format %[uuid()]
    declare capture request len 128
    http-request capture req.hdr(User-Agent) id 0
    http-request set-header X-Original-Forwarded-For %[req.hdr(X-Forwarded-For)]
    http-request set-header X-Original-Forwarded-Host %[req.hdr(X-Forwarded-Host)]
    http-request set-header X-Request-ID %[unique-id] unless {{ req.hdr(X-Request-ID) -m found }}
    http-request set-header X-Real-IP %[src]
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Host %[req.hdr(Host)]
    http-request set-header X-Forwarded-Port %[dst_port]
    http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
    http-request set-header X-Forwarded-Scheme %[ssl_fc,iif(https,http)]
    http-request set-header X-Scheme %[ssl_fc,iif(https,http)]
    http-request del-header Proxy
    use_backend %[base,map_beg({routes},none)]

backend endpoints
    balance roundrobin
{servers}

backend none
    http-request return status 404
"""


def start(room: Room, task: Task, name: str) -> Target:
    routes = task.folder / "routes.map"
    lines = (f"{one.host}{path}/ endpoints\n" for one in task.apps for path in one.paths)
    routes.write_text("".join(lines))
    servers = "\n".join(f"    server e{n} {where}" for n, where in enumerate(task.endpoints))
    file = task.folder / "haproxy.cfg"
    file.write_text(CONFIGURATION.format(task=task, routes=routes, servers=servers))
    process = room.start(name, ["haproxy", "-db", "-f", file], cpu=PROXY)
    room.wait_for_port(name, task.http_port)
    return Target(name, task.http_port, task.https_port, lambda: [process.pid])
