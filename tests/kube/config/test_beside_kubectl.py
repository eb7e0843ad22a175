"""The same kubeconfig, asked of kubectl and of us: refused by both, or seen as the same."""

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

HTTPS = {"server": "https://10.0.0.1:6443"}

PEM = "eA=="


@pytest.mark.parametrize(
    ("cluster", "user", "told"),
    [
        ({"server": "ftp://x"}, {}, "clusters[0].cluster.server has the scheme 'ftp'"),
        ({"server": "https://"}, {}, "server names no host"),
        ({"server": "https://x:99999"}, {}, "server has a port that is not in 1-65535"),
        (
            HTTPS | {"certificate-authority": "ca", "certificate-authority-data": PEM},
            {},
            "cluster.certificate-authority is there, and certificate-authority-data too",
        ),
        (
            HTTPS | {"certificate-authority-data": PEM, "insecure-skip-tls-verify": True},
            {},
            "insecure-skip-tls-verify is true, and there is a certificate authority",
        ),
        (HTTPS | {"certificate-authority": "nope"}, {}, "/nope, which cannot be read: No such"),
        (
            HTTPS | {"certificate-authority-data": "@"},
            {},
            "certificate-authority-data is not base64",
        ),
        (HTTPS | {"proxy-url": "foo"}, {}, "cluster.proxy-url has the scheme ''"),
        (HTTPS | {"proxy-url": "ftp://x"}, {}, "none of http, https and socks5"),
        (HTTPS, {"token": "t", "username": "u"}, "users[0].user.token is there, and a username"),
        (HTTPS, {"as-uid": "7"}, "users[0].user.as is missing"),
        (HTTPS, {"client-certificate-data": PEM}, "user.client-key is missing"),
        (
            HTTPS,
            {"client-certificate": "x", "client-certificate-data": PEM, "client-key-data": PEM},
            "client-certificate is there, and client-certificate-data too",
        ),
        (HTTPS, {"client-certificate": "nope", "client-key-data": PEM}, "/nope, which cannot be"),
        (HTTPS, {"client-certificate-data": PEM, "client-key": "nope"}, "/nope, which cannot be"),
        (HTTPS, {"tokenFile": "nope"}, "user.tokenFile names"),
        (HTTPS, {"auth-provider": {"name": "gcp"}}, "use the plugin gke-gcloud-auth-plugin"),
        (HTTPS, {"auth-provider": {"name": "foo"}}, "auth-provider 'foo' is not supported"),
        (HTTPS, {"exec": {}}, "users[0].user.exec.command is missing"),
        (
            HTTPS,
            {"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1alpha1"}},
            "exec.apiVersion is 'client.authentication.k8s.io/v1alpha1'; write one of",
        ),
        (
            HTTPS,
            {"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}},
            "exec.interactiveMode is missing, and client.authentication.k8s.io/v1 has no default",
        ),
        (
            HTTPS,
            {
                "exec": {
                    "command": "x",
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "interactiveMode": "Sometimes",
                }
            },
            "exec.interactiveMode is 'Sometimes'; write one of Never, IfAvailable, Always",
        ),
        (
            HTTPS,
            {
                "exec": {
                    "command": "x",
                    "apiVersion": "client.authentication.k8s.io/v1beta1",
                    "env": [{"value": "x"}],
                }
            },
            "exec.env has a variable without a name",
        ),
        (
            HTTPS,
            {
                "exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1beta1"},
                "auth-provider": {"name": "oidc"},
            },
            "user.exec is there, and auth-provider too",
        ),
    ],
)
async def test_what_kubectl_does_not_use_we_do_not_use(cluster, user, told, tmp_path):
    file = write(tmp_path / "config", cluster, user)
    theirs = await kubectl("--kubeconfig", file, "get", "--raw", "/version")
    assert theirs.code == 1
    with pytest.raises(ConfigError) as caught:
        access(Wish(kubeconfig=str(file)), {})
    assert str(caught.value).startswith(f"{file}: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("url", "user"),
    [
        ("http://127.0.0.1:{port}", {"token": "not over plain HTTP", "as": "jane"}),
        ("http://127.0.0.1:{port}/", {"username": "u", "password": "p"}),
        ("127.0.0.1:{port}", {"token": "x"}),
        ("http://u:p%40w@127.0.0.1:{port}", {}),
        ("http://localhost:{port}", {}),
    ],
)
async def test_without_tls_the_server_sees_the_same_of_both(url, user, tmp_path):
    async with Origin() as origin:
        there = {"server": url.format(port=origin.port)}
        await _both(write(tmp_path / "config", there, user))
    _same(origin)


@pytest.mark.parametrize(
    "user",
    [
        {"token": "abc"},
        {"tokenFile": "token"},
        {"token": "abc", "tokenFile": "token"},
        {"username": "jane", "password": "pä:ss"},
        {"token": "t", "as": "jürgen", "as-uid": "7", "as-groups": ["b", "a"]},
        {
            "token": "t",
            "as": "j",
            "as-user-extra": {"example.org/Why %": ["x", "z"], "k": ["v"], "ü": []},
        },
        {"auth-provider": {"name": "oidc", "config": {"id-token": "{jwt}"}}},
    ],
    ids=str,
)
async def test_the_server_sees_the_same_credentials_of_both(user, tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    if "auth-provider" in user:
        user["auth-provider"]["config"] = {
            "id-token": JWT,
            "client-id": "c",
            "idp-issuer-url": "https://i",
        }
    authority = Authority()
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    context = server_context(tmp_path, authority.server("127.0.0.1"))
    async with Origin(context=context) as origin:
        there = {"server": origin.url, "certificate-authority": "ca.crt"}
        await _both(write(tmp_path / "config", there, user))
    _same(origin)


JWT = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.eA"


async def _both(file):
    told = await kubectl("--kubeconfig", file, "get", "--raw", "/version")
    assert told.code == 0, told.error
    async with Client(access(Wish(kubeconfig=str(file)), {})) as client:
        assert json.loads(await client.read(Request("GET", "/version"))) == json.loads(told.out)


def _same(origin):
    of_kubectl, ours = origin.seen
    assert ours.target == of_kubectl.target
    assert _identity(ours) == _identity(of_kubectl)
    assert ours.one("Host") == of_kubectl.one("Host")


def _identity(seen):
    """Names of headers count without their case, and the order only within one name."""
    mine = [
        (name.lower(), value)
        for name, value in seen.headers
        if name.lower().startswith(("authorization", "impersonate"))
    ]
    return sorted(mine, key=lambda header: header[0])
