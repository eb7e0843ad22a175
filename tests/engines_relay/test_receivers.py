"""A real server that expects the PROXY protocol: nginx, as in many an ingress controller."""

import shutil
import socket

import pytest

from engines_relay.plans import frontend, plan_of, pool
from engines_relay.stage import read_all
from live.until import until
from support.netns import needs_namespaces

pytestmark = [needs_namespaces, pytest.mark.nginx]

CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
worker_processes 1;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 10.2.0.11:8081 proxy_protocol;
    listen [2001:db8:2::11]:8081 proxy_protocol;
    return 200 "$proxy_protocol_addr $proxy_protocol_port \
$proxy_protocol_server_addr $proxy_protocol_server_port";
  }}
}}
"""


@pytest.fixture
def nginx(world, tmp_path):
    folder = tmp_path / "nginx"
    folder.mkdir()
    (folder / "conf").write_text(CONFIGURATION.format(folder=folder))
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    backend = world.backends["b1"]
    started = backend.start(binary, "-e", str(folder / "log"), "-c", str(folder / "conf"))
    until(lambda: "8081" in backend.run("ss", "-tlnH"), "nginx to listen")
    yield
    started.terminate()
    started.wait()


@pytest.mark.usefixtures("nginx")
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("vip", "endpoint", "client"),
    [
        ("198.51.100.1", "10.2.0.11", "192.0.2.10"),
        ("2001:db8:96::1", "2001:db8:2::11", "2001:db8:1::10"),
    ],
    ids=["ipv4", "ipv6"],
)
def test_nginx_sees_the_client(stage, vip, endpoint, client, version):
    web = pool((endpoint, 8081), proxy=version)
    stage.serve(plan_of(web, frontend(vip, web, 443)))
    caller = stage.connect(vip, 443)
    caller.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
    caller.shutdown(socket.SHUT_WR)
    _, _, body = read_all(caller).partition(b"\r\n\r\n")
    assert body.decode().split() == [client, str(caller.getsockname()[1]), vip, "443"]
