"""The text of nginx.conf, from the options alone, and frames, from units alone."""

import hashlib
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from portico.engines.nginx.access_log import OF_LUA, access_log, log_formats
from portico.engines.nginx.options import Options

FOLDER: Final = Path(__file__).parent
LUA: Final = FOLDER / "lua"

PROTOCOLS: Final = ("http", "https", "grpc", "grpcs")

# What endpoints are told of the client. The names are those the retired controller sent.
HEADERS: Final[dict[str, str]] = {
    "Host": "$http_host",
    "X-Request-ID": "$req_id",
    "X-Real-IP": "$remote_addr",
    "X-Forwarded-For": "$remote_addr",
    "X-Forwarded-Host": "$portico_forwarded_host",
    "X-Forwarded-Port": "$portico_forwarded_port",
    "X-Forwarded-Proto": "$portico_scheme",
    "X-Forwarded-Scheme": "$portico_scheme",
    "X-Scheme": "$portico_scheme",
    "X-Original-Forwarded-For": "$http_x_forwarded_for",
    "X-Original-Forwarded-Host": "$http_x_forwarded_host",
    "Proxy": '""',
}
UPGRADE: Final[dict[str, str]] = {
    "Connection": "$portico_connection",
    "Upgrade": "$http_upgrade",
}

# The same without anybody to trust: what is known of the connection itself. Plain variables,
# because each map costs a tenth of a microsecond of every request.
UNTRUSTED: Final[dict[str, str]] = {
    "X-Forwarded-Host": "$http_host",
    "X-Forwarded-Proto": "$scheme",
    "X-Forwarded-Scheme": "$scheme",
    "X-Scheme": "$scheme",
}
PLAIN: Final = [
    "map $scheme $portico_scheme { default $scheme; }",
    "map $host $portico_public_host { default $host; }",
]

_SLOT = re.compile(r"<<(\w+)>>")


def render(options: Options, *, open_files: int, user: str | None) -> str:
    """The configuration; its name is a digest of itself and of the Lua code it runs.

    `open_files` is how many files a worker may have open; `user` is who workers run as, if the
    master is root. Raises ValueError for a state directory nginx cannot be told about.
    """
    _check_path(options.state)
    _check_path(LUA)
    headers = HEADERS | _untrusted(options)
    slots = {
        "modules": str(options.modules),
        "user": f"user {user};" if user else "# workers run as the user who started Portico",
        "workers": str(options.workers) if options.workers else "auto",
        "open_files": str(open_files),
        "connections": str(max(64, open_files // 2 - 32)),
        "lua": str(LUA),
        "plan_memory": str(options.plan_memory),
        "state": str(options.state),
        "redirect_port": "" if options.redirect_port == 443 else f":{options.redirect_port}",
        "upstreams": _indent([line for name in PROTOCOLS for line in _upstream(name)], 4),
        "proxy_headers": _indent(_headers("proxy", headers | UPGRADE), 4),
        "grpc_headers": _indent(_headers("grpc", headers), 4),
        "trust": _indent(_trust(options), 4),
        "log_formats": _indent(log_formats(), 4),
        "access_log": access_log(options),
        "access_log_of_websockets": access_log(options, OF_LUA),
        "request_head": _request_head(headers | UPGRADE),
        "listen": _indent(_listen(options), 8),
        "certificate": _indent(_certificate(options), 8),
    }
    template = (FOLDER / "templates" / "nginx.conf").read_text()
    name = _digest(_fill(template, slots | {"configuration": ""}))
    return _fill(template, slots | {"configuration": name})


def configuration_of(text: str) -> str:
    """The name a rendered configuration carries."""
    found = re.search(r"^# configuration (\w+)$", text, re.MULTILINE)
    return found[1] if found else ""


def _fill(template: str, slots: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: slots[slot[1]], template)


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for file in sorted(LUA.rglob("*.lua")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _check_path(path: Path) -> None:
    # The path comes from the command line, not from an object; still it must be one plain word.
    if not re.fullmatch(r"[\w./+~@%,:=-]+", str(path)):
        raise ValueError(f"{path}: nginx needs a path of letters, digits and ./+~@%,:=-_")


def _listen(options: Options) -> list[str]:
    suffix = " proxy_protocol" if options.proxy_protocol else ""
    lines = []
    for port, extra in ((options.http_port, ""), (options.https_port, " ssl http2")):
        for address in options.bind if port else ():
            is_v6 = ip_address(address).version == 6
            place, only = (f"[{address}]", " ipv6only=on") if is_v6 else (address, "")
            # No reuseport: with it, connections waiting at a killed worker would be lost.
            lines.append(f"listen {place}:{port}{extra} backlog=4096{only}{suffix};")
    return lines


def _untrusted(options: Options) -> dict[str, str]:
    plain = {} if _believes_headers(options) else UNTRUSTED
    if options.redirect_port == options.https_port:
        return plain | {"X-Forwarded-Port": "$server_port"}
    return plain


def _upstream(protocol: str) -> list[str]:
    return [
        f"upstream portico_{protocol} {{",
        "    server 0.0.0.1;",
        "    balancer_by_lua_block { portico.balance() }",
        "    keepalive 320;",
        "    keepalive_requests 10000;",
        "    keepalive_timeout 60s;",
        "}",
    ]


def _headers(module: str, headers: Mapping[str, str]) -> list[str]:
    return [f"{module}_set_header {name} {value};" for name, value in headers.items()]


def _certificate(options: Options) -> list[str]:
    if not options.https_port:
        return []
    return ["ssl_certificate_by_lua_block { portico.certificate() }"]


def _trust(options: Options) -> list[str]:
    """Who the client is. Without anybody to trust, what it says of itself counts for nothing."""
    peers = [str(network) for network in options.trusted_proxies]
    header = "proxy_protocol" if options.proxy_protocol else "X-Forwarded-For"
    lines = [f"set_real_ip_from {peer};" for peer in peers]
    if peers:
        lines += [f"real_ip_header {header};", "real_ip_recursive on;"]
    to = options.redirect_port
    lines.append(f"map $https $portico_forwarded_port {{ default $server_port; on {to}; }}")
    return lines + (_headers_believed(peers) if _believes_headers(options) else PLAIN)


def _believes_headers(options: Options) -> bool:
    # A balancer that speaks the PROXY protocol passes the client's own headers on as they are.
    return bool(options.trusted_proxies) and not options.proxy_protocol


def _headers_believed(peers: list[str]) -> list[str]:
    return [
        "geo $realip_remote_addr $portico_trusted {",
        "    default 0;",
        *(f"    {peer} 1;" for peer in peers),
        "}",
        'map "$portico_trusted:$http_x_forwarded_proto" $portico_scheme {',
        "    default $scheme;",
        "    1:http  http;",
        "    1:https https;",
        "}",
        'map "$portico_trusted:$http_x_forwarded_host" $portico_forwarded_host {',
        "    default $http_host;",
        '    "~^1:(?<portico_first_host>[^,\\s]+)" $portico_first_host;',
        "}",
        'map "$portico_trusted:$http_x_forwarded_host" $portico_public_host {',
        "    default $host;",
        '    "~^1:(?<portico_bare_host>[A-Za-z0-9.-]+)" $portico_bare_host;',
        "}",
    ]


def _request_head(headers: Mapping[str, str]) -> str:
    """The same as one text, for Lua to send; fields that turn out to be empty are left out."""
    values = {name: "" if value == '""' else value for name, value in headers.items()}
    return "".join(rf"\r\n{name}: {value}" for name, value in values.items())


def _indent(lines: list[str], width: int) -> str:
    return "\n".join(" " * width + line for line in lines)
