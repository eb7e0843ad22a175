"""Who is trusted, and who we say we are; every handshake is a real one."""

import asyncio
import datetime
import ssl
from contextlib import asynccontextmanager

import pytest

from kube.http.authority import Authority, encrypted
from kube.http.origin import BODY, Origin, server_context
from portico.kube.config.access import Access, Trust
from portico.kube.config.credentials import FilePair, KeyPair, Known
from portico.kube.config.errors import ConfigError, CredentialError
from portico.kube.config.server import Server
from portico.kube.http.client import Client
from portico.kube.http.errors import KubeError, TlsError
from portico.kube.http.request import Request

VERSION = Request("GET", "/version")


DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def stranger():
    return Authority("another authority")


@asynccontextmanager
async def origin_of(folder, pair, client_authority=None):
    async with Origin(context=server_context(folder, pair, client_authority)) as origin:
        yield origin


def replace(path, content):
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)


async def ask(origin, trust, host="127.0.0.1", identity=Known()):  # noqa: B008
    server = Server("https", host, origin.port)
    async with Client(Access(server, trust, identity=identity)) as client:
        return await client.read(VERSION)


async def test_the_authority_may_be_data_or_a_file(authority, tmp_path):
    file = tmp_path / "ca.crt"
    file.write_bytes(b"# a comment\n" + authority.certificate)
    pair = authority.server("127.0.0.1", "localhost")
    async with origin_of(tmp_path, pair) as origin:
        assert await ask(origin, Trust(ca_data=authority.certificate)) == BODY
        assert await ask(origin, Trust(ca_file=str(file))) == BODY
        assert await ask(origin, Trust(ca_file=str(file)), host="localhost") == BODY
        assert origin.names == [None, None, "localhost"]  # addresses are no server names


async def test_one_of_several_authorities(authority, stranger, tmp_path):
    both = stranger.certificate + authority.certificate
    async with origin_of(tmp_path, authority.server("127.0.0.1")) as origin:
        assert await ask(origin, Trust(ca_data=both)) == BODY


async def test_a_stranger_is_not_trusted(authority, stranger, tmp_path):
    async with origin_of(tmp_path, stranger.server("127.0.0.1")) as origin:
        with pytest.raises(TlsError) as caught:
            await ask(origin, Trust(ca_data=authority.certificate))
        assert "is not to be trusted as 127.0.0.1" in str(caught.value)
        assert "certificate-authority" in caught.value.hint
        with pytest.raises(TlsError):
            await ask(origin, Trust())  # nor by the system's roots
        assert await ask(origin, Trust(skips_verification=True)) == BODY
        assert len(origin.seen) == 1


async def test_another_name_is_not_trusted(authority, tmp_path):
    async with origin_of(tmp_path, authority.server("kubernetes")) as origin:
        trust = Trust(ca_data=authority.certificate)
        with pytest.raises(TlsError, match="tls-server-name"):
            await ask(origin, trust)
        # The common name of this certificate is no name of the server.
        with pytest.raises(TlsError, match="tls-server-name"):
            await ask(origin, Trust(ca_data=authority.certificate, server_name="server"))
        named = Trust(ca_data=authority.certificate, server_name="kubernetes")
        assert await ask(origin, named) == BODY
        assert origin.names[-1] == "kubernetes"


async def test_an_expired_certificate_is_told(authority, tmp_path):
    pair = authority.server("127.0.0.1", valid_for=-DAY)
    async with origin_of(tmp_path, pair) as origin:
        with pytest.raises(TlsError, match="expired; it has to be renewed"):
            await ask(origin, Trust(ca_data=authority.certificate))


async def test_an_authority_in_between(authority, tmp_path):
    """Trusting one that is no root is enough, as it is for kubectl."""
    between = Authority("in between", parent=authority)
    async with origin_of(tmp_path, between.server("127.0.0.1")) as origin:
        assert await ask(origin, Trust(ca_data=between.certificate)) == BODY


async def test_a_server_may_be_its_own_authority(authority, tmp_path):
    pair = authority.server("127.0.0.1")
    async with origin_of(tmp_path, pair) as origin:
        assert await ask(origin, Trust(ca_data=pair.certificate)) == BODY


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
async def test_an_authority_that_is_none(content, authority, tmp_path):
    file = tmp_path / "ca.crt"
    file.write_bytes(content)
    async with origin_of(tmp_path, authority.server("127.0.0.1")) as origin:
        with pytest.raises(ConfigError, match=r"ca\.crt\) holds no certificate"):
            await ask(origin, Trust(ca_file=str(file)))
        with pytest.raises(ConfigError, match=r"cannot be read: No such file"):
            await ask(origin, Trust(ca_file=str(tmp_path / "none")))


async def test_a_client_certificate(authority, tmp_path):
    pair = KeyPair(*authority.client("jane"))
    trust = Trust(ca_data=authority.certificate)
    server = authority.server("127.0.0.1")
    async with origin_of(tmp_path, server, authority.certificate) as origin:
        assert await ask(origin, trust, identity=Known(pair=pair)) == BODY
        assert origin.seen[0].peer["subject"] == ((("commonName", "jane"),),)


async def test_nothing_of_a_key_is_left_on_the_disk(authority, tmp_path, monkeypatch):
    """It is written where nobody else can read it, and for as long as OpenSSL reads it."""
    written = []
    load = ssl.SSLContext.load_cert_chain

    def watched(context, certificate, key, password):
        written.extend([(path, path.stat().st_mode & 0o777) for path in (certificate, key)])
        written.append((key.parent, key.parent.stat().st_mode & 0o777))
        load(context, certificate, key, password)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    pair = KeyPair(*authority.client("jane"))
    async with Client(Access(Server("https", "127.0.0.1", 1), identity=Known(pair=pair))) as client:
        with pytest.raises(KubeError):
            await client.read(VERSION)
    assert [mode for _, mode in written] == [0o600, 0o600, 0o700]
    assert all(tmp_path in path.parents for path, _ in written)
    assert list(tmp_path.iterdir()) == []


async def test_pairs_that_are_none(authority, tmp_path):
    one, other = authority.client("one"), authority.client("other")
    async with origin_of(tmp_path, authority.server("127.0.0.1")) as origin:
        trust = Trust(ca_data=authority.certificate)
        for pair, told in [
            (KeyPair(one.certificate, other.key), "do not belong together"),
            (KeyPair(b"nonsense", one.key), "are not both in PEM"),
            (KeyPair(one.certificate, b"nonsense"), "are not both in PEM"),
            (KeyPair(one.certificate, encrypted(one.key)), "is encrypted; decrypt it"),
        ]:
            with pytest.raises(CredentialError, match=told):
                await ask(origin, trust, identity=Known(pair=pair))


async def test_a_certificate_that_was_renewed_on_disk_is_used(authority, tmp_path):
    certificate, key = tmp_path / "client.crt", tmp_path / "client.key"

    def put(name):
        pair = authority.client(name)
        replace(certificate, pair.certificate)
        replace(key, pair.key)

    put("old")
    server = authority.server("127.0.0.1")
    async with origin_of(tmp_path, server, authority.certificate) as origin:
        where = Server("https", "127.0.0.1", origin.port)
        trust = Trust(ca_data=authority.certificate)
        access = Access(where, trust, identity=FilePair(certificate, key))
        async with Client(access) as client:
            await client.read(VERSION)
            await client.read(VERSION)
            put("new")
            await client.read(VERSION)
            certificate.unlink()  # half of a renewal; what we have is still good
            await client.read(VERSION)
        names = [dict(seen.peer["subject"][0])["commonName"] for seen in origin.seen]
        assert names == ["old", "old", "new", "new"]
        assert [seen.connection for seen in origin.seen] == [0, 0, 1, 1]


async def test_an_authority_that_was_renewed_on_disk_is_used(authority, stranger, tmp_path):
    file = tmp_path / "ca.crt"
    file.write_bytes(stranger.certificate)
    async with origin_of(tmp_path, authority.server("127.0.0.1")) as origin:
        access = Access(Server("https", "127.0.0.1", origin.port), Trust(ca_file=str(file)))
        async with Client(access) as client:
            with pytest.raises(TlsError):
                await client.read(VERSION)
            replace(file, authority.certificate)
            assert await client.read(VERSION) == BODY


async def test_many_who_begin_at_once_share_what_they_opened(authority, tmp_path):
    async with origin_of(tmp_path, authority.server("127.0.0.1")) as origin:
        where = Server("https", "127.0.0.1", origin.port)
        async with Client(Access(where, Trust(ca_data=authority.certificate))) as client:
            for _ in range(3):
                async with asyncio.TaskGroup() as group:
                    for _ in range(10):
                        group.create_task(client.read(VERSION))
        assert origin.connections <= 10


async def test_a_connection_is_kept_with_tls_too(authority, tmp_path):
    async with origin_of(tmp_path, authority.server("127.0.0.1")) as origin:
        where = Server("https", "127.0.0.1", origin.port)
        async with Client(Access(where, Trust(ca_data=authority.certificate))) as client:
            for _ in range(3):
                await client.read(VERSION)
        assert origin.connections == 1
