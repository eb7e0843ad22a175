"""HAProxy and nginx as proxies of TCP, on a machine of their own, with all cores."""

from collections.abc import Mapping, Sequence
from typing import Final

from bench.l4.street import Lane, Street
from bench.room import CORES

Ports = Mapping[int, Sequence[str]]
"""Where clients connect, and the endpoints behind it."""

HAPROXY: Final = """\
global
    nbthread {threads}
    maxconn 4000

defaults
    mode tcp
    balance roundrobin
    timeout connect 5s
    timeout client 60s
    timeout server 60s

{listens}
"""
NGINX: Final = """\
daemon off;
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
worker_processes {workers};
pid nginx.pid;
error_log error.log crit;
worker_rlimit_nofile 16384;
events {{
    worker_connections 8000;
}}
stream {{
{servers}
}}
"""


def start_haproxy(street: Street, lane: Lane, ports: Ports) -> None:
    listens = []
    for port, endpoints in ports.items():
        listens += [f"listen port{port}", f"    bind {lane.address}:{port} backlog 16384"]
        listens += [f"    server e{n} {where}" for n, where in enumerate(endpoints)]
    file = street.room.folder("haproxy") / "haproxy.cfg"
    file.write_text(HAPROXY.format(threads=len(CORES), listens="\n".join(listens)))
    street.start("haproxy", lane.machine, ("haproxy", "-db", "-f", file))


def start_nginx(street: Street, lane: Lane, ports: Ports) -> None:
    servers = []
    for port, endpoints in ports.items():
        where = f"{lane.address}:{port}"
        servers += [f"upstream port{port} {{", *(f"server {one};" for one in endpoints), "}"]
        servers += [f"server {{ listen {where} reuseport backlog=16384; proxy_pass port{port}; }}"]
    folder = street.room.folder("nginx-stream")
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(workers=len(CORES), servers="\n".join(servers)))
    command = ("nginx", "-p", f"{folder}/", "-c", file, "-e", folder / "error.log")
    street.start("nginx-stream", lane.machine, command)
