"""The endpoint behind everything: an nginx that answers 1 KiB and tells which address was asked."""

import socket
from typing import Final

from bench.room import LOAD, Room

# All 16 million loopback addresses and no other: nginx inherits a socket bound to that device.
CONFIGURATION: Final = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log crit;
events {{
    worker_connections 8192;
}}
http {{
    access_log off;
    default_type text/plain;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    client_body_temp_path tmp;
    proxy_temp_path tmp;
    fastcgi_temp_path tmp;
    uwsgi_temp_path tmp;
    scgi_temp_path tmp;
    server {{
        listen 0.0.0.0:{port};
        add_header X-Endpoint $server_addr;
        location / {{
            return 200 "{body}";
        }}
    }}
}}
"""


def start_backend(room: Room) -> int:
    """Start it; the port it listens on, at every 127.x.y.z."""
    folder = room.folder("backend")
    port = room.free_port()
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(port=port, body="x" * 1024))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        listener.bind(("0.0.0.0", port))
        listener.listen(4096)
        number = listener.fileno()
        command = ("nginx", "-p", f"{folder}/", "-c", file, "-e", folder / "error.log")
        inherited = {"NGINX": f"{number};"}
        room.start("backend", command, cpu=LOAD, variables=inherited, keep=(number,))
    room.wait_for_port("backend", port)
    return port
