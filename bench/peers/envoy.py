"""Envoy: a virtual host for each app, a route for each path, one worker thread."""

import json
from typing import Final

from bench.machine import beside
from bench.peers.target import Target, Task
from bench.room import PROXY, Room

Config = dict[str, object]

API: Final = "type.googleapis.com/envoy.extensions"
MANAGER: Final = "filters.network.http_connection_manager.v3.HttpConnectionManager"
LOG: Final = (
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% - - [%START_TIME%] "%REQ(:METHOD)% '
    '%REQ(:PATH)% %PROTOCOL%" %RESPONSE_CODE% %BYTES_SENT% "%REQ(REFERER)%" "%REQ(USER-AGENT)%" '
    "%BYTES_RECEIVED% %DURATION% [%UPSTREAM_CLUSTER%] [] %UPSTREAM_HOST% "
    "%RESPONSE_DURATION% %REQ(X-REQUEST-ID)%\n"
)
HEADERS: Final = {
    "X-Real-IP": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "X-Forwarded-Host": "%REQ(:AUTHORITY)%",
    "X-Forwarded-Port": "%DOWNSTREAM_LOCAL_PORT%",
    "X-Forwarded-Scheme": "%REQ(:SCHEME)%",
    "X-Scheme": "%REQ(:SCHEME)%",
    "X-Original-Forwarded-For": "%REQ(X-FORWARDED-FOR)%",
    "X-Original-Forwarded-Host": "%REQ(X-FORWARDED-HOST)%",
}


def start(room: Room, task: Task, name: str) -> Target:
    program = beside("envoy")
    assert program
    file = task.folder / "envoy.json"
    file.write_text(json.dumps(_configuration(task)))
    options = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
    process = room.start(name, [program, "-c", file, *options], cpu=PROXY)
    room.wait_for_port(name, task.http_port)
    return Target(name, task.http_port, task.https_port, lambda: [process.pid])


def _configuration(task: Task) -> Config:
    web = _listener("web", task.http_port, _connections(task))
    files = {"filename": str(task.certificate.chain)}, {"filename": str(task.certificate.key)}
    tls: Config = {
        "name": "tls",
        "typed_config": {
            "@type": f"{API}.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_certificates": [{"certificate_chain": files[0], "private_key": files[1]}],
            },
        },
    }
    secure = _listener("secure", task.https_port, _connections(task), tls)
    return {"static_resources": {"listeners": [web, secure], "clusters": [_cluster(task)]}}


def _listener(name: str, port: int, connections: Config, tls: Config | None = None) -> Config:
    chain: Config = {"filters": [{"name": "http", "typed_config": connections}]}
    if tls:
        chain["transport_socket"] = tls
    return {"name": name, "address": _address("127.0.0.1", port), "filter_chains": [chain]}


def _connections(task: Task) -> Config:
    log = {
        "@type": f"{API}.access_loggers.file.v3.FileAccessLog",
        "path": str(task.folder / "access.log"),
        "log_format": {"text_format_source": {"inline_string": LOG}},
    }
    router = {"@type": f"{API}.filters.http.router.v3.Router", "suppress_envoy_headers": True}
    return {
        "@type": f"{API}.{MANAGER}",
        "stat_prefix": "web",
        "use_remote_address": True,
        "preserve_external_request_id": True,
        "access_log": [{"name": "log", "typed_config": log}],
        "http_filters": [{"name": "router", "typed_config": router}],
        "route_config": _routes(task),
    }


def _routes(task: Task) -> Config:
    cluster = {"cluster": "endpoints"}
    hosts = [
        {
            "name": one.name,
            "domains": [one.host],
            "routes": [{"match": {"prefix": f"{p}/"}, "route": cluster} for p in one.paths],
        }
        for one in task.apps
    ]
    added = [{"header": {"key": key, "value": value}} for key, value in HEADERS.items()]
    return {
        "virtual_hosts": hosts,
        "ignore_port_in_host_matching": True,
        "request_headers_to_add": added,
        "request_headers_to_remove": ["proxy"],
    }


def _cluster(task: Task) -> Config:
    endpoints = [endpoint.rpartition(":") for endpoint in task.endpoints]
    members = [{"endpoint": {"address": _address(host, int(port))}} for host, _, port in endpoints]
    return {
        "name": "endpoints",
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": "endpoints", "endpoints": [{"lb_endpoints": members}]},
    }


def _address(host: str, port: int) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}
