"""Options over what the kubeconfig says, as kubectl's options of the same names."""

import json

import pytest

from kube.config.judge import kubectl, write
from kube.http.authority import Authority
from kube.http.origin import Origin, server_context
from portico.kube.config.choose import access
from portico.kube.config.errors import ConfigError
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.kube.http.request import Request

REAL, OTHER = Authority(), Authority("another authority")
NAMES = "127.0.0.1", "kubernetes"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Where we are, there is the right authority; where the kubeconfig is, the wrong one."""
    for folder, authority in ((tmp_path, REAL), (tmp_path / "sub", OTHER)):
        folder.mkdir(exist_ok=True)
        (folder / "ca.crt").write_bytes(authority.certificate)
        pair = authority.client(f"of {folder.name}")
        (folder / "client.crt").write_bytes(pair.certificate)
        (folder / "client.key").write_bytes(pair.key)
    monkeypatch.chdir(tmp_path)
    return tmp_path


WRONG_CA = {"certificate-authority": "ca.crt", "tls-server-name": "wrong"}
TRUSTED = {"certificate_authority": "ca.crt", "tls_server_name": "kubernetes"}


@pytest.mark.parametrize(
    ("cluster", "user", "wish"),
    [
        (WRONG_CA, {"token": "a"}, TRUSTED),
        (WRONG_CA, {"token": "a"}, {"insecure_skip_tls_verify": True}),
        ({"insecure-skip-tls-verify": True}, {"token": "a"}, {"certificate_authority": "ca.crt"}),
        (WRONG_CA, {"token": "a"}, TRUSTED | {"token": "b"}),
        (WRONG_CA, {"token": "a"}, TRUSTED | {"as_user": "jane"}),
        (WRONG_CA, {"token": "a", "as": "joe", "as-groups": ["x"]}, TRUSTED | {"as_user": "jane"}),
        (
            WRONG_CA,
            {"token": "a", "as": "joe", "as-groups": ["x"], "as-uid": "1"},
            TRUSTED | {"as_groups": ("y", "z"), "as_uid": "2"},
        ),
        (
            WRONG_CA,
            {"client-certificate": "client.crt", "client-key": "client.key"},
            TRUSTED | {"client_certificate": "client.crt", "client_key": "client.key"},
        ),
        (WRONG_CA, {"token": "a"}, TRUSTED | {"disable_compression": True}),
    ],
    ids=" ".join,
)
async def test_both_do_the_same(cluster, user, wish, files):
    context = server_context(files, REAL.server(*NAMES))
    context.verify_mode = 1  # asked for a certificate, and content without
    context.load_verify_locations(cadata=REAL.certificate.decode())
    async with Origin(context=context) as origin:
        config = write(files / "sub" / "config", {"server": origin.url} | cluster, user)
        told = await kubectl("--kubeconfig", config, *_options(wish), "get", "--raw", "/version")
        assert told.code == 0, told.error
        async with Client(access(Wish(kubeconfig=str(config), **wish), {})) as client:
            body = await client.read(Request("GET", "/version"))
        assert json.loads(body) == json.loads(told.out)
    of_kubectl, ours = origin.seen
    assert _what_matters(ours) == _what_matters(of_kubectl)
    assert origin.names[0] == origin.names[1]


def _options(wish):
    names = {"as_user": "as", "as_groups": "as-group"}
    for key, value in wish.items():
        option = names.get(key, key.replace("_", "-"))
        for one in value if isinstance(value, tuple) else (value,):
            yield f"--{option}={str(one).lower() if isinstance(one, bool) else one}"


def _what_matters(seen):
    headers = [(name.lower(), value) for name, value in seen.headers]
    kept = [header for header in headers if header[0].startswith(("authorization", "impersonate"))]
    return sorted(kept, key=lambda header: header[0]), seen.peer.get("subject")


async def test_another_server_has_another_name(files):
    async with Origin(context=server_context(files, REAL.server(*NAMES))) as origin:
        there = {"server": "https://elsewhere.invalid"} | WRONG_CA
        config = write(files / "sub" / "config", there)
        wish = Wish(kubeconfig=str(config), server=origin.url, certificate_authority="ca.crt")
        async with Client(access(wish, {})) as client:
            await client.read(Request("GET", "/version"))
        assert origin.names == [None]


async def test_a_token_takes_the_place_of_a_password_or_a_plugin(files):
    for user in ({"username": "u", "password": "p"}, {"exec": {"command": "x"}}):
        config = write(files / "config", {"server": "https://x"}, user)
        found = access(Wish(kubeconfig=str(config), token="mine"), {})
        assert await found.authorization.headers() == (("Authorization", "Bearer mine"),)


def test_a_file_that_is_wished_and_missing(files):
    config = write(files / "sub" / "config", {"server": "https://x"})
    with pytest.raises(ConfigError, match=r"names .*/nope.crt, which cannot be read"):
        access(Wish(kubeconfig=str(config), certificate_authority="nope.crt"), {})


def test_a_token_is_in_no_repr():
    assert "hunter2" not in repr(Wish(token="hunter2"))
