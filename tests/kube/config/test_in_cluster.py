"""The service account of a pod."""

import os

import pytest

from kube.http.authority import Authority
from kube.http.origin import BODY, Origin, answer, server_context, status
from portico.kube.config.choose import access
from portico.kube.config.credentials import bearer
from portico.kube.config.errors import ConfigError, CredentialError
from portico.kube.config.in_cluster import in_cluster
from portico.kube.http.client import Client
from portico.kube.http.request import Request

VERSION = Request("GET", "/version")


class Account:
    """A service account as a kubelet writes it: files behind a link that is turned."""

    def __init__(self, folder):
        self.folder = folder
        self._turns = 0

    def write(self, **files):
        self._turns += 1
        fresh = self.folder / f"..{self._turns}"
        fresh.mkdir(parents=True)
        for name, content in files.items():
            (fresh / name.replace("_", ".")).write_bytes(content)
            link = self.folder / name.replace("_", ".")
            if not link.is_symlink():
                link.symlink_to(f"..data/{link.name}")
        turned = self.folder / "..turned"
        turned.symlink_to(fresh.name)
        turned.replace(self.folder / "..data")


@pytest.fixture
def account(tmp_path):
    return Account(tmp_path / "account")


def variables(host="127.0.0.1", port=443):
    return {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": str(port)}


async def test_a_token_that_is_rotated_is_used_at_once(account, tmp_path):
    authority = Authority()
    account.write(token=b"old\n", ca_crt=authority.certificate, namespace=b"shop")
    context = server_context(tmp_path, authority.server("127.0.0.1"))
    async with Origin(context=context) as origin:
        found = access(environment=variables(port=origin.port), account=account.folder)
        assert found.namespace == "shop"
        async with Client(found) as client:
            assert await client.read(VERSION) == BODY
            account.write(token=b"new", ca_crt=authority.certificate, namespace=b"shop")
            assert await client.read(VERSION) == BODY
    tokens = [seen.one("Authorization") for seen in origin.seen]
    assert tokens == ["Bearer old", "Bearer new"]


async def test_a_refused_token_is_read_again(account):
    """Also where the file looks as it did before."""
    account.write(token=b"old")
    token = account.folder / "..1" / "token"
    found = in_cluster(variables(), account.folder).authorization
    assert await found.headers() == bearer("old")
    before = token.stat()
    token.write_bytes(b"new")
    os.utime(token, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert await found.headers() == bearer("old")
    assert await found.renew(bearer("old"))
    assert await found.headers() == bearer("new")
    assert not await found.renew(bearer("new"))


async def test_the_last_token_stays_while_there_is_none(account):
    account.write(token=b"old")
    found = in_cluster(variables(), account.folder).authorization
    assert await found.headers() == bearer("old")
    account.write(token=b"")
    assert await found.headers() == bearer("old")
    (account.folder / "token").unlink()
    assert await found.headers() == bearer("old")


async def test_no_token_at_all_is_told(account):
    account.write(namespace=b"x")
    found = in_cluster(variables(), account.folder).authorization
    with pytest.raises(CredentialError, match="cannot be read: No such file"):
        await found.headers()
    account.write(token=b"\n")
    with pytest.raises(CredentialError, match="is empty"):
        await found.headers()


async def test_a_401_after_a_rotation_is_not_seen_by_anybody(account, tmp_path):
    account.write(token=b"old")

    async def rotate(_seen, _reader, writer):
        account.write(token=b"new")
        writer.write(status(401, "Unauthorized", "Unauthorized"))
        return True

    authority = Authority()
    account.write(token=b"old", ca_crt=authority.certificate)
    context = server_context(tmp_path, authority.server("127.0.0.1"))
    async with Origin(rotate, answer(), context=context) as origin:
        found = access(environment=variables(port=origin.port), account=account.folder)
        async with Client(found) as client:
            assert await client.read(VERSION) == BODY


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        (variables("10.96.0.1"), "https://10.96.0.1"),
        (variables("fd00::1", 6443), "https://[fd00::1]:6443"),
    ],
)
def test_the_address(environment, shown, account):
    account.write(token=b"t")
    assert str(access(environment=environment, account=account.folder).server) == shown


@pytest.mark.parametrize("port", ["", "many", "0", "65536"])
def test_an_address_that_is_none(port, tmp_path):
    with pytest.raises(ConfigError, match="do not say where the server is"):
        in_cluster(variables("10.96.0.1", port), tmp_path)


@pytest.mark.parametrize(
    ("files", "environment", "namespace"),
    [
        ({"namespace": b"a\n"}, {"POD_NAMESPACE": "b"}, "a"),
        ({}, {"POD_NAMESPACE": "b"}, "b"),
        ({}, {}, "default"),
    ],
)
def test_the_namespace(files, environment, namespace, account):
    account.write(token=b"t", **files)
    assert in_cluster(variables() | environment, account.folder).namespace == namespace
