"""The access log: what its lines look like, and where they go."""

import re
from collections.abc import Mapping
from typing import Final

from portico.engines.nginx.options import Options

# The lines of the access log. Text has the fields of the retired controller.
LOG_FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "text": (
        '$remote_addr - $remote_user [$time_local] "$request" $status ',
        '$body_bytes_sent "$http_referer" "$http_user_agent" $request_length ',
        "$request_time [$proxy_upstream_name] [] $upstream_addr ",
        "$upstream_response_length $upstream_response_time $upstream_status $req_id",
    ),
    "json": (
        '{"time":"$time_iso8601","remote_addr":"$remote_addr","method":"$request_method",',
        '"host":"$host","uri":"$request_uri","protocol":"$server_protocol",',
        '"status":$status,"body_bytes_sent":$body_bytes_sent,',
        '"request_length":$request_length,"request_time":$request_time,',
        '"referer":"$http_referer","user_agent":"$http_user_agent",',
        '"backend":"$portico_backend","upstream_addr":"$upstream_addr",',
        '"upstream_status":"$upstream_status",',
        '"upstream_response_time":"$upstream_response_time","req_id":"$req_id"}',
    ),
}
# Where Lua asks the endpoint, it also says what nginx would say of that.
ASKED_BY_LUA: Final[dict[str, str]] = {
    "$upstream_addr": "$portico_asked",
    "$upstream_status": "$portico_asked_status",
    "$upstream_response_time": "$portico_asked_time",
    "$upstream_response_length": "$portico_asked_length",
}
OF_LUA: Final = "_of_lua"


def log_formats() -> list[str]:
    """Every format of nginx's, and a second one for requests that Lua passes on."""
    lines = []
    for name, parts in LOG_FORMATS.items():
        escape = " escape=json" if name == "json" else ""
        for suffix, names in (("", {}), (OF_LUA, ASKED_BY_LUA)):
            lines.append(f"log_format {name}{suffix}{escape}")
            lines += [f"    '{_renamed(part, names)}'" for part in parts]
            lines[-1] += ";"
    return lines


def access_log(options: Options, suffix: str = "") -> str:
    """Where lines go, and in which format."""
    if options.access_log == "off":
        return "off"
    if options.access_log == "stdout":
        return f"/dev/stdout {options.log_format}{suffix}"
    return f"access.log {options.log_format}{suffix} buffer=32k flush=1s"


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\$\w+", lambda found: names.get(found[0], found[0]), text)
