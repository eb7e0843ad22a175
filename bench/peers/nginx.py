"""nginx as one would write it by hand, and as a classic controller generates it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from bench.manifests import App
from bench.peers.target import Target, Task
from bench.proc import children
from bench.room import PROXY, Room
from portico.engines.nginx.process import worker_user

MAIN: Final = """\
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log error.log error;
worker_rlimit_nofile 16384;
events {{
    worker_connections 8000;
}}
http {{
    server_tokens off;
    default_type application/octet-stream;
    types_hash_max_size 2048;
    server_names_hash_max_size 65536;
    server_names_hash_bucket_size 128;

    client_body_temp_path tmp;
    proxy_temp_path tmp;
    fastcgi_temp_path tmp;
    uwsgi_temp_path tmp;
    scgi_temp_path tmp;

    map $http_upgrade $upgrade {{
        default upgrade;
        ""      "";
    }}
    map $http_x_request_id $req_id {{
        default $http_x_request_id;
        ""      $request_id;
    }}
    log_format text '$remote_addr - $remote_user [$time_local] "$request" $status '
                    '$body_bytes_sent "$http_referer" "$http_user_agent" $request_length '
                    '$request_time [$proxy_host] [] $upstream_addr '
                    '$upstream_response_length $upstream_response_time $upstream_status $req_id';
    access_log access.log text buffer=32k flush=1s;

    keepalive_timeout 75s;
    keepalive_requests 10000;
    client_max_body_size 0;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:10m;
    ssl_session_timeout 10m;
    ssl_session_tickets off;
    {certificate}

    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_buffer_size 16k;
    proxy_buffers 8 16k;
    proxy_connect_timeout 5s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    proxy_set_header Host $http_host;
    proxy_set_header X-Request-ID $req_id;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Port $server_port;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Scheme $scheme;
    proxy_set_header X-Scheme $scheme;
    proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
    proxy_set_header X-Original-Forwarded-Host $http_x_forwarded_host;
    proxy_set_header Proxy "";
    proxy_set_header Connection $upgrade;
    proxy_set_header Upgrade $http_upgrade;

{servers}
}}
"""


def start_static(room: Room, task: Task, name: str) -> Target:
    """A server block for each app, a location for each path, one upstream for all."""
    return _start(room, task, name, _shared(task))


def start_single(room: Room, task: Task, name: str) -> Target:
    """One server block for every host, one location for every path."""
    lines = [*_upstream("endpoints", task.endpoints, 320), "server {", *_listen(task)]
    lines += ["server_name _;", "location / {", "proxy_pass http://endpoints;", "}", "}"]
    return _start(room, task, name, lines)


def classic(task: Task) -> str:
    """The text that is generated anew for each change: an upstream for each app as well."""
    lines: list[str] = []
    for one in task.apps:
        endpoints = [f"{address}:{one.port}" for address in one.addresses]
        lines += [*_upstream(one.name, endpoints, 8), *_server(one, one.name, task)]
    return _text(task, lines)


def start_text(room: Room, task: Task, name: str, text: str) -> Callable[[], Sequence[int]]:
    """Start nginx with this configuration; its workers."""
    (task.folder / "nginx.conf").write_text(text)
    process = room.start(name, command(task), cpu=PROXY)
    room.wait_for_port(name, task.http_port)
    return lambda: children(process.pid)


def command(task: Task) -> list[str]:
    folder = task.folder
    conf, log = str(folder / "nginx.conf"), str(folder / "error.log")
    return ["nginx", "-p", f"{folder}/", "-c", conf, "-e", log]


def _start(room: Room, task: Task, name: str, lines: Sequence[str]) -> Target:
    pids = start_text(room, task, name, _text(task, lines))
    return Target(name, task.http_port, task.https_port, pids)


def _text(task: Task, lines: Iterable[str]) -> str:
    user = worker_user()
    chain, key, _ = task.certificate
    certificate = f"ssl_certificate {chain};\n    ssl_certificate_key {key};"
    user = f"user {user};" if user else ""
    servers = "\n".join(f"    {line}" for line in lines)
    return MAIN.format(user=user, certificate=certificate, servers=servers)


def _shared(task: Task) -> list[str]:
    lines = _upstream("endpoints", task.endpoints, 320)
    for one in task.apps:
        lines += _server(one, "endpoints", task)
    return lines


def _upstream(name: str, endpoints: Iterable[str], kept: int) -> list[str]:
    servers = [f"server {endpoint};" for endpoint in endpoints]
    keeping = [f"keepalive {kept};", "keepalive_requests 10000;", "keepalive_timeout 60s;"]
    return [f"upstream {name} {{", *servers, *keeping, "}"]


def _server(one: App, upstream: str, task: Task) -> list[str]:
    lines = ["server {", *_listen(task), f"server_name {one.host};"]
    for path in one.paths:
        lines += [f"location {path}/ {{", f"proxy_pass http://{upstream};", "}"]
    return [*lines, "}"]


def _listen(task: Task) -> list[str]:
    http, https = f"127.0.0.1:{task.http_port}", f"127.0.0.1:{task.https_port}"
    return [f"listen {http};", f"listen {https} ssl http2;"]
