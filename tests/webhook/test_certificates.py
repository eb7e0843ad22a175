"""Certificates: made, kept, renewed in time, and changed without a restart."""

import asyncio
import socket
import ssl
import stat

import pytest

from portico.lib import clock
from portico.webhook.authority import is_pair, merged, names_of, new_authority, span_of, vouches
from portico.webhook.doors import Door, DoorError, opened
from portico.webhook.keeping import AUTHORITY_DAYS, SERVER_DAYS, Keeping
from portico.webhook.limits import Limits
from portico.webhook.shown import Files, Shown
from portico.webhook.tending import Tending
from webhook.asking import running
from webhook.things import ingress, key_pair

DAY = 86400.0
START = 1_780_000_000.0
NAMES = ("hook.ns.svc", "localhost")


def test_what_is_made_is_for_us_alone(tmp_path):
    folder = tmp_path / "deep" / "webhook"
    keeping = Keeping(folder, NAMES)
    assert keeping.renew(START)
    assert not keeping.renew(START), "nothing is to be done"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    certificate = keeping.files.certificate.read_bytes()
    assert names_of(certificate) == NAMES
    assert vouches(keeping.authorities(), certificate)


def test_a_restart_takes_up_what_is_there(tmp_path):
    Keeping(tmp_path, NAMES).renew(START)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert not Keeping(tmp_path, NAMES).renew(START + DAY)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_certificate_is_renewed_when_a_third_of_it_is_left(tmp_path):
    keeping = Keeping(tmp_path, NAMES)
    keeping.renew(START)
    authority = keeping.authorities()
    assert not keeping.renew(START + SERVER_DAYS * DAY * 0.6)
    assert keeping.renew(START + SERVER_DAYS * DAY * 0.7)
    assert keeping.authorities() == authority
    assert span_of(keeping.files.certificate.read_bytes()).end > START + SERVER_DAYS * DAY


def test_through_the_years_there_is_always_somebody_trusted_who_vouches(tmp_path):
    """Also for who still trusts what was told some weeks ago."""
    keeping = Keeping(tmp_path, NAMES)
    trusted = []
    for day in range(0, 4 * AUTHORITY_DAYS, 3):
        now = START + day * DAY
        keeping.renew(now)
        certificate = keeping.files.certificate.read_bytes()
        assert span_of(certificate).start <= now <= span_of(certificate).end
        trusted.append(keeping.authorities())
        for told in trusted[-10:]:
            assert vouches(told, certificate), day
    assert len({*trusted}) > 4
    assert max(told.count(b"BEGIN") for told in trusted) == 2


@pytest.mark.parametrize("broken", ["tls.crt", "tls.key", "ca.crt", "ca.key"])
@pytest.mark.parametrize("content", [None, b"", b"half of it"])
def test_what_is_broken_is_made_again(tmp_path, broken, content):
    keeping = Keeping(tmp_path, NAMES)
    keeping.renew(START)
    if content is None:
        (tmp_path / broken).unlink()
    else:
        (tmp_path / broken).write_bytes(content)
    assert keeping.renew(START + 1)
    assert not keeping.renew(START + 2)
    assert vouches(keeping.authorities(), keeping.files.certificate.read_bytes())


def test_another_service_gets_another_certificate(tmp_path):
    Keeping(tmp_path, NAMES).renew(START)
    other = Keeping(tmp_path, ("other.ns.svc",))
    assert other.renew(START)
    assert names_of(other.files.certificate.read_bytes()) == ("other.ns.svc",)


def test_authorities_of_others_like_us_are_kept_while_they_are_good():
    mine, theirs = new_authority(START, 10), new_authority(START - 5 * DAY, 10)
    assert is_pair(mine)
    both = merged(mine.certificate, theirs.certificate, START, 8)
    assert both == mine.certificate + theirs.certificate
    assert merged(theirs.certificate, both, START, 8) == both, "or the two would write for ever"
    assert merged(mine.certificate, both, START + 6 * DAY, 8) == mine.certificate
    assert merged(mine.certificate, b"\n", START, 8) == mine.certificate
    assert merged(mine.certificate, b"placeholder", START, 8) == mine.certificate
    stranger = key_pair("elsewhere").chain
    assert merged(mine.certificate, stranger, START, 8) == mine.certificate


async def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path):
    async with running(tmp_path) as webhook:
        kept = await asyncio.to_thread(webhook.connection)
        await asyncio.to_thread(kept.connect)
        before = kept.sock.getpeercert(binary_form=True)
        keeping = Keeping(tmp_path, ("localhost", "renewed.ns.svc"))
        assert keeping.renew(clock.now())
        assert webhook.shown.refresh()
        assert await asyncio.to_thread(leaf, webhook) != before
        # Those who were connected before go on.
        assert (await asyncio.to_thread(get, kept)) == 200
        kept.close()
        assert (await asyncio.to_thread(webhook.ask, ingress())).allowed


async def test_files_of_others_are_read_again_when_they_change(tmp_path, caplog):
    folders = [tmp_path / "1", tmp_path / "2"]
    pairs = [key_pair("localhost", serial=number) for number in (1, 2)]
    for folder, each in zip(folders, pairs, strict=True):
        folder.mkdir()
        (folder / "tls.crt").write_bytes(each.chain)
        (folder / "tls.key").write_bytes(each.key)
    link = tmp_path / "now"
    link.symlink_to(folders[0])
    tending = Tending(Shown(Files(link / "tls.crt", link / "tls.key")))
    await tending.look()
    assert served(tending.shown) == ssl.PEM_cert_to_DER_cert(pairs[0].chain.decode())

    # As the volume of a Secret changes: a link that leads elsewhere.
    (tmp_path / "new").symlink_to(folders[1])
    (tmp_path / "new").replace(link)
    await tending.look()
    assert served(tending.shown) == ssl.PEM_cert_to_DER_cert(pairs[1].chain.decode())

    # What does not fit together is not shown, and told once.
    (folders[1] / "tls.key").write_bytes(pairs[0].key)
    for _ in range(3):
        await tending.look()
    assert served(tending.shown) == ssl.PEM_cert_to_DER_cert(pairs[1].chain.decode())
    assert len([each for each in caplog.records if "tls.crt" in each.getMessage()]) == 1
    (folders[1] / "tls.crt").write_bytes(pairs[0].chain)
    await tending.look()
    assert served(tending.shown) == ssl.PEM_cert_to_DER_cert(pairs[0].chain.decode())


async def test_files_may_come_later(tmp_path):
    files = Files(tmp_path / "tls.crt", tmp_path / "tls.key")
    tending = Tending(Shown(files))
    await tending.look()
    assert not tending.shown.is_there
    with pytest.raises(ssl.SSLError):
        served(tending.shown)
    files.certificate.write_bytes(key_pair("localhost").chain)
    files.key.write_bytes(key_pair("localhost").key)
    await tending.look()
    assert served(tending.shown)


async def test_a_port_that_is_taken_is_told():
    from aiohttp import web

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DoorError, match=r"127.0.0.1:\d+: address already in use; see --listen"):
            async with opened(web.Application(), Door("127.0.0.1", port, "--listen"), Limits()):
                pass


def served(shown):
    """The certificate of a handshake, without a socket."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = shown.context.wrap_bio(incoming, outgoing, server_side=True)
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    client = trust.wrap_bio(outgoing, incoming, server_hostname="localhost")
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.getpeercert(binary_form=True)


def leaf(webhook):
    connection = webhook.connection()
    try:
        connection.connect()
        return connection.sock.getpeercert(binary_form=True)
    finally:
        connection.close()


def get(connection):
    connection.request("GET", "/livez")
    return connection.getresponse().status
