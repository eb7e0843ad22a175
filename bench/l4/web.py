"""The server behind everything: an nginx that answers a few bytes at every address there is."""

from collections.abc import Sequence
from typing import Final

from bench.l4.street import Street, endpoint
from bench.room import CORES

PORT: Final = 8080
CONFIGURATION: Final = """\
daemon off;
worker_processes {workers};
pid nginx.pid;
error_log error.log crit;
worker_rlimit_nofile 16384;
events {{
    worker_connections 8000;
}}
http {{
    access_log off;
    default_type text/plain;
    client_body_temp_path tmp;
    proxy_temp_path tmp;
    fastcgi_temp_path tmp;
    uwsgi_temp_path tmp;
    scgi_temp_path tmp;
    server {{
        listen 0.0.0.0:{port} reuseport backlog=16384;
{also}
        location / {{
            return 200 "answer";
        }}
        location /who {{
            return 200 "$server_addr";
        }}
    }}
}}
"""


def start_web(street: Street, ports: Sequence[str] = ()) -> None:
    """Start it in the server's namespace, and see that it answers the client.

    `ports` are further ones, also as `30000-30099`.
    """
    folder = street.room.folder("web")
    file = folder / "nginx.conf"
    also = "\n".join(f"        listen 0.0.0.0:{each};" for each in ports)
    file.write_text(CONFIGURATION.format(port=PORT, workers=len(CORES), also=also))
    command = ("nginx", "-p", f"{folder}/", "-c", file, "-e", folder / "error.log")
    street.start("web", street.server, command)
    street.wait_for_port("web", endpoint(0), PORT)
