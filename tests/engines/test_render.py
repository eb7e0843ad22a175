"""nginx.conf: from the options alone, and every one of them where it belongs."""

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from portico.engines.nginx.options import Options
from portico.engines.nginx.process import explain_failure
from portico.engines.nginx.render import configuration_of, render

OPTIONS = Options(
    state=Path("/var/lib/portico/nginx"),
    bind=("0.0.0.0", "::"),
    http_port=80,
    https_port=443,
    redirect_port=443,
)


def text_of(**options):
    return render(replace(OPTIONS, **options), open_files=1024, user=None)


def test_the_same_options_are_the_same_text():
    assert text_of() == text_of()


@pytest.mark.parametrize("options", [
    {"workers": 3}, {"http_port": 81}, {"bind": ("::1",)}, {"redirect_port": 8443},
    {"access_log": "off"}, {"access_log": "stdout"}, {"log_format": "json"}, {"plan_memory": 64},
    {"trusted_proxies": (ip_network("10.0.0.0/8"),)},
    {"trusted_proxies": (ip_network("10.0.0.0/8"),), "proxy_protocol": True},
], ids=str)  # fmt: skip
def test_other_options_are_another_configuration(options):
    assert configuration_of(text_of(**options)) != configuration_of(text_of())


@pytest.mark.parametrize(("options", "line"), [
    ({},                                    "listen 0.0.0.0:80 "),
    ({},                                    "listen [::]:443 ssl http2 "),
    ({"proxy_protocol": True},              " proxy_protocol;"),
    ({"workers": 3},                        "worker_processes 3;"),
    ({"workers": 0},                        "worker_processes auto;"),
    ({"access_log": "off"},                 "access_log off;"),
    ({"access_log": "stdout"},              "access_log /dev/stdout text;"),
    ({"redirect_port": 8443},               'redirect_port = ":8443"'),
    ({"redirect_port": 443},                'redirect_port = ""'),
    ({"trusted_proxies": (ip_network("fd00::/8"),)}, "set_real_ip_from fd00::/8;"),
])  # fmt: skip
def test_an_option_is_where_it_belongs(options, line):
    assert line in text_of(**options)


@pytest.mark.parametrize(("options", "absent"), [
    ({"http_port": 0},   ":80 "),
    ({"https_port": 0},  "ssl_certificate_by_lua"),
    ({},                 "set_real_ip_from"),
    ({},                 "<<"),
])  # fmt: skip
def test_what_is_off_is_not_there(options, absent):
    assert absent not in text_of(**options)


def test_workers_are_ordinary_users_where_the_master_is_root():
    assert "user www-data www-data;" in render(OPTIONS, open_files=1024, user="www-data www-data")


@pytest.mark.parametrize("path", ["/a b", "/a;b", '/a"b', "/a{b", "/a$b", "/a\nb", "/a#b"])
def test_a_path_must_be_one_plain_word(path):
    with pytest.raises(ValueError, match="nginx needs a path"):
        text_of(state=Path(path))


@pytest.mark.parametrize(("told", "code", "says"), [
    ("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)", 1,
     "bind() to 0.0.0.0:80 failed (98: Address already in use); another process has this port"),
    ("2026/01/01 00:00:00 [emerg] 7#7: bind() to 0.0.0.0:80 failed (13: Permission denied)", 1,
     "ports below 1024 need root"),
    ("nginx: [warn] odd\nnginx: [emerg] open() \"/x\" failed", 1, 'open() "/x" failed'),
    ("words", 1, "words"),
    ("", 7, "nginx ended with status 7"),
], ids=lambda value: str(value)[-20:])  # fmt: skip
def test_a_complaint_of_nginx_says_what_to_do(told, code, says):
    assert says in explain_failure(told, code)
