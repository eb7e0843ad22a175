"""Caddy: a route for each app and path, tried one after another; one thread of Go code."""

import json
from typing import Final

from bench.machine import beside
from bench.peers.target import Target, Task
from bench.room import PROXY, Room

Config = dict[str, object]

MOST_APPS: Final = 100
"""More than these are not tried: each request would walk half of the routes."""

HEADERS: Final = {
    "X-Request-ID": "{http.request.uuid}",
    "X-Real-IP": "{http.request.remote.host}",
    "X-Forwarded-Port": "{http.request.local.port}",
    "X-Forwarded-Scheme": "{http.request.scheme}",
    "X-Scheme": "{http.request.scheme}",
    "X-Original-Forwarded-For": "{http.request.header.X-Forwarded-For}",
    "X-Original-Forwarded-Host": "{http.request.header.X-Forwarded-Host}",
}


def start(room: Room, task: Task, name: str) -> Target:
    program = beside("caddy")
    assert program
    file = task.folder / "caddy.json"
    file.write_text(json.dumps(_configuration(task)))
    home = {"GOMAXPROCS": "1"} | dict.fromkeys(
        ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(task.folder)
    )
    command = [program, "run", "--config", file]
    process = room.start(name, command, cpu=PROXY, variables=home)
    room.wait_for_port(name, task.http_port)
    return Target(name, task.http_port, task.https_port, lambda: [process.pid])


def _configuration(task: Task) -> Config:
    files = {"certificate": str(task.certificate.chain), "key": str(task.certificate.key)}
    web, secure = _server(task, task.http_port), _server(task, task.https_port)
    secure["tls_connection_policies"] = [{}]
    log = {"output": "file", "filename": str(task.folder / "access.log"), "roll": False}
    return {
        "admin": {"disabled": True},
        "logging": {
            "logs": {
                "default": {"exclude": ["http.log.access"]},
                "access": {"writer": log, "include": ["http.log.access"]},
            }
        },
        "apps": {
            "http": {"servers": {"web": web, "secure": secure}},
            "tls": {"certificates": {"load_files": [files]}},
        },
    }


def _server(task: Task, port: int) -> Config:
    routes = [
        {
            "match": [{"host": [one.host], "path": [f"{path}/*"]}],
            "handle": [_proxy(task)],
            "terminal": True,
        }
        for one in task.apps
        for path in one.paths
    ]
    return {
        "listen": [f"127.0.0.1:{port}"],
        "protocols": ["h1", "h2"],
        "automatic_https": {"disable": True},
        "routes": routes,
        "logs": {},
    }


def _proxy(task: Task) -> Config:
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": endpoint} for endpoint in task.endpoints],
        "load_balancing": {"selection_policy": {"policy": "round_robin"}},
        "headers": {
            "request": {
                "set": {name: [value] for name, value in HEADERS.items()},
                "delete": ["Proxy"],
            }
        },
        "flush_interval": -1,
        "transport": {"protocol": "http", "keep_alive": {"max_idle_conns_per_host": 64}},
    }
