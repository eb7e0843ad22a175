"""Through real proxies; and kubectl with the same kubeconfig goes the same way."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from kube.config.judge import kubectl, write
from kube.http.authority import Authority
from kube.http.origin import BODY, Origin, server_context
from kube.http.proxy import Proxy, Socks
from portico.kube.config.choose import access
from portico.kube.config.errors import KubeError
from portico.kube.config.wish import Wish
from portico.kube.http.client import Client
from portico.kube.http.errors import ProxyError
from portico.kube.http.request import Patience, Request

NAME = "kubernetes.invalid"
"""Only the proxies know where that is."""

VERSION = Request("GET", "/version", patience=Patience(connect=10, answer=10))


@pytest.fixture(scope="module")
def authority():
    return Authority()


@asynccontextmanager
async def cluster(folder, authority, *, secure=True):
    folder.mkdir(exist_ok=True)
    context = server_context(folder, authority.server(NAME)) if secure else None
    async with Origin(context=context) as origin:
        yield origin


async def asked_by_both(config, **variables):
    """What we are told, having seen that kubectl is told the same."""
    told = await kubectl("--kubeconfig", config, "get", "--raw", "/version", **variables)
    assert told.code == 0, told.error
    body = await ask(config, variables)
    assert json.loads(told.out) == json.loads(body)
    return body


async def ask(config, variables=None):
    async with Client(access(Wish(kubeconfig=str(config)), variables or {})) as client:
        return await client.read(VERSION)


def https(folder, authority, proxy_url, port=443):
    file = folder / "ca.crt"
    file.write_bytes(authority.certificate)
    there = {"server": f"https://{NAME}:{port}", "certificate-authority": str(file)}
    return write(folder / "config", there | ({"proxy-url": proxy_url} if proxy_url else {}))


@pytest.mark.parametrize("login", [None, ("jane", "secret")])
@pytest.mark.parametrize("kind", [Proxy, Socks])
async def test_a_tunnel_to_a_name_that_only_the_proxy_knows(kind, login, authority, tmp_path):
    async with (
        cluster(tmp_path, authority) as origin,
        kind({NAME: ("127.0.0.1", origin.port)}, login) as proxy,
    ):
        config = https(tmp_path, authority, proxy.url)
        assert await asked_by_both(config) == BODY
        by_kubectl, by_us = proxy.asked
        assert by_kubectl == by_us
        assert origin.names == [NAME, NAME]


async def test_a_proxy_that_is_asked_with_tls_itself(authority, tmp_path):
    """Its certificate may be signed by the cluster's authority, and we stay unknown to it."""
    context = server_context(tmp_path, authority.server("127.0.0.1"))
    async with (
        cluster(tmp_path / "cluster", authority) as origin,
        Proxy({NAME: ("127.0.0.1", origin.port)}, context=context) as proxy,
    ):
        assert proxy.url.startswith("https://")
        config = https(tmp_path, authority, proxy.url)
        assert await asked_by_both(config) == BODY
        assert proxy.asked == [("CONNECT", f"{NAME}:443")] * 2


async def test_a_proxy_with_tls_that_nobody_knows(authority, tmp_path):
    context = server_context(tmp_path, Authority("somebody").server("127.0.0.1"))
    async with Proxy(context=context) as proxy:
        config = https(tmp_path, authority, proxy.url)
        with pytest.raises(KubeError, match=r"the proxy https://127\S* is not to be trusted"):
            await ask(config)
        assert proxy.asked == []


@pytest.mark.parametrize("kind", [Proxy, Socks])
async def test_without_tls(kind, authority, tmp_path):
    async with (
        cluster(tmp_path, authority, secure=False) as origin,
        kind({NAME: ("127.0.0.1", origin.port)}, ("jane", "secret")) as proxy,
    ):
        there = {"server": f"http://{NAME}", "proxy-url": proxy.url}
        assert await asked_by_both(write(tmp_path / "config", there)) == BODY
        by_kubectl, by_us = proxy.asked
        assert by_kubectl == by_us
        hosts = [seen.one("Host") for seen in origin.seen]
        assert hosts == [NAME, NAME]


async def test_ipv6_through_both(authority, tmp_path):
    pair = authority.server("::1")
    async with Origin(host="::1", context=server_context(tmp_path, pair)) as origin:
        for kind, asked in [
            (Proxy, ("CONNECT", f"[::1]:{origin.port}")),
            (Socks, ("::1", origin.port)),
        ]:
            async with kind() as proxy:
                file = tmp_path / "ca.crt"
                file.write_bytes(authority.certificate)
                there = {"server": origin.url, "certificate-authority": str(file)}
                config = write(tmp_path / "config", there | {"proxy-url": proxy.url})
                assert await asked_by_both(config) == BODY
                assert proxy.asked == [asked, asked]


@pytest.mark.parametrize(
    ("variable", "exceptions", "is_asked"),
    [
        ("HTTPS_PROXY", "", True),
        ("https_proxy", "elsewhere.example,10.0.0.0/8", True),
        ("HTTP_PROXY", "", False),
        ("HTTPS_PROXY", ".invalid", False),
        ("HTTPS_PROXY", "*", False),
    ],
)
async def test_proxies_of_the_environment(variable, exceptions, is_asked, authority, tmp_path):
    async with (
        cluster(tmp_path, authority) as origin,
        Proxy({NAME: ("127.0.0.1", origin.port)}) as proxy,
    ):
        config = https(tmp_path, authority, "")
        variables = {variable: proxy.url, "NO_PROXY": exceptions}
        if is_asked:
            assert await asked_by_both(config, **variables) == BODY
        else:
            assert (await kubectl("--kubeconfig", config, "get", "--raw", "/", **variables)).code
            with pytest.raises(KubeError, match="its name is not known"):
                await ask(config, variables)
        assert len(proxy.asked) == (2 if is_asked else 0)


async def test_the_proxy_of_the_cluster_comes_before_that_of_the_environment(authority, tmp_path):
    async with (
        cluster(tmp_path, authority) as origin,
        Proxy({NAME: ("127.0.0.1", origin.port)}) as proxy,
        Proxy() as other,
    ):
        config = https(tmp_path, authority, proxy.url)
        variables = {"HTTPS_PROXY": other.url, "NO_PROXY": "*"}
        assert await asked_by_both(config, **variables) == BODY
        assert other.asked == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Proxy, "it wants a user and a password; put them into proxy-url"),
        (Socks, "it wants another kind of authentication"),
    ],
)
async def test_a_proxy_that_wants_to_know_who_we_are(kind, told, authority, tmp_path):
    async with kind(login=("jane", "secret")) as proxy:
        nobody = proxy.url.replace("jane:secret@", "")
        with pytest.raises(ProxyError) as caught:
            await ask(https(tmp_path, authority, nobody))
    where = nobody.replace("jane:secret@", "")
    assert str(caught.value) == (f"the proxy {where} does not let us to https://{NAME}: {told}")


async def test_a_password_that_is_wrong_is_not_repeated(authority, tmp_path):
    async with Socks(login=("jane", "secret")) as proxy:
        url = proxy.url.replace("secret", "hunter2")
        with pytest.raises(ProxyError, match="does not accept the user and the password") as caught:
            await ask(https(tmp_path, authority, url))
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(Proxy, "it says 403 Forbidden by the rules"), (Socks, "its rules forbid it")],
)
async def test_a_proxy_that_says_no(kind, told, authority, tmp_path):
    async with kind({NAME: None}) as proxy:
        with pytest.raises(ProxyError, match=told):
            await ask(https(tmp_path, authority, proxy.url))


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_that_is_not_there(scheme, authority, tmp_path):
    async with Proxy() as proxy:
        port = proxy.port
    with pytest.raises(ProxyError, match="cannot be reached: Connection refused"):
        await ask(https(tmp_path, authority, f"{scheme}://127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("scheme", "told"),
    [
        ("http", "is it a proxy"),
        ("https", "does not speak TLS"),
        ("socks5", "it does not speak SOCKS5"),
    ],
)
async def test_what_is_no_proxy(scheme, told, authority, tmp_path):
    async def greet(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(KubeError, match=told):
            await ask(https(tmp_path, authority, f"{scheme}://127.0.0.1:{port}"))


async def test_a_connection_through_a_proxy_is_kept(authority, tmp_path):
    async with (
        cluster(tmp_path, authority) as origin,
        Proxy({NAME: ("127.0.0.1", origin.port)}) as proxy,
    ):
        config = https(tmp_path, authority, proxy.url)
        async with Client(access(Wish(kubeconfig=str(config)), {})) as client:
            for _ in range(3):
                await client.read(VERSION)
        assert len(proxy.asked) == 1
