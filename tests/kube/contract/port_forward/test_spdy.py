"""SPDY without kubectl: frames written by hand, for what kubectl never does."""

import http.client
import ssl
import struct
import zlib

import pytest

from kube.contract.port_forward.conftest import TOKEN
from support.kubelet.apps import GREETINGS, HTTP
from support.kubelet.spdy.frames import DICTIONARY

SYN_STREAM, SYN_REPLY, RST_STREAM, PING = 1, 2, 3, 6


class Raw:
    """One session, which waits for nothing."""

    def __init__(self, server, pod):
        context = ssl.create_default_context(cadata=server.authority.decode())
        self._http = http.client.HTTPSConnection("localhost", server.port, context=context)
        path = f"/api/v1/namespaces/default/pods/{pod}/portforward"
        self._http.request("POST", path, headers={
            "Connection": "Upgrade", "Upgrade": "SPDY/3.1", "Authorization": f"Bearer {TOKEN}",
            "X-Stream-Protocol-Version": "portforward.k8s.io",
        })  # fmt: skip
        # Before http.client reads the answer, and closes a connection without a length.
        self._connection = self._http.sock
        self._connection.settimeout(30)
        self._file = self._connection.makefile("rb")
        assert b"101" in self._file.readline()
        while self._file.readline().strip():
            pass
        self._deflate = zlib.compressobj()  # without the dictionary, which readers may not need
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def open(self, stream, kind, *, port=HTTP, request="1", ends=False):
        told = {"streamtype": kind, "port": str(port), "requestid": request}
        block = struct.pack("!I", len(told))
        for text in (each for pair in told.items() for each in pair):
            block += struct.pack("!I", len(text)) + text.encode()
        block = self._deflate.compress(block) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._control(SYN_STREAM, struct.pack("!IIH", stream, 0, 0) + block, flags=int(ends))

    def data(self, stream, content, *, ends=False):
        self._connection.sendall(struct.pack("!II", stream, ends << 24 | len(content)) + content)

    def ping(self, number):
        self._control(PING, struct.pack("!I", number))

    def frame(self):
        """The next one: a stream with its bytes and whether it ends, or the kind and the number."""
        word, more = struct.unpack("!II", self._file.read(8))
        content = self._file.read(more & 0xFFFFFF)
        if not word >> 31:
            return word, content, bool(more >> 24)
        if word & 0xFFFF == SYN_REPLY:
            assert self._inflate.decompress(content[4:]) == bytes(4)
        return word & 0xFFFF, struct.unpack_from("!I", content)[0]

    def close(self):
        self._file.close()
        self._http.close()

    def _control(self, kind, body, *, flags=0):
        head = struct.pack("!HHI", 0x8003, kind, flags << 24 | len(body))
        self._connection.sendall(head + body)


@pytest.fixture
def session(server, place):
    place.start("shop-1")
    raw = Raw(server, "shop-1")
    yield raw
    raw.close()


def test_everything_at_once(session):
    """Both streams and the first bytes, without a wait for an answer."""
    session.open(1, "error", ends=True)
    session.open(3, "data")
    session.data(3, b"GET / HTTP/1.1\r\n\r\n")
    assert [session.frame() for _ in range(2)] == [(SYN_REPLY, 1), (SYN_REPLY, 3)]
    stream, content, ends = session.frame()
    assert (stream, ends) == (3, False)
    assert content.endswith(b"shop-1")


def test_the_data_stream_first(session):
    session.open(1, "data", port=GREETINGS)
    session.data(1, b"early")
    session.open(3, "error", port=GREETINGS)
    assert [session.frame() for _ in range(2)] == [(SYN_REPLY, 1), (SYN_REPLY, 3)]
    assert session.frame()[1].startswith(b"hello")


@pytest.mark.parametrize("is_first", [True, False])
def test_a_refused_port_is_told_and_ends_both(server, session, is_first):
    server.terms.ends_bytes_first = is_first
    session.open(1, "error", port=9, ends=True)
    session.open(3, "data", port=9)
    assert [session.frame() for _ in range(2)] == [(SYN_REPLY, 1), (SYN_REPLY, 3)]
    told = [session.frame() for _ in range(3)]
    (text,) = (content for stream, content, _ in told if stream == 1 and content)
    assert text.startswith(b"error forwarding port 9 to pod ")
    assert (1, b"", True) in told
    assert told.index((3, b"", True)) == (0 if is_first else 1)


def test_a_stream_that_stays_alone(server, session):
    server.terms.pairing = 0.2
    session.open(1, "error", request="7", ends=True)
    assert session.frame() == (SYN_REPLY, 1)
    stream, content, _ = session.frame()
    assert stream == 1
    assert content.endswith(b"request=7) timed out waiting for streams")


@pytest.mark.parametrize(("kind", "number"), [("other", HTTP), ("data", 0), ("data", 70000)])
def test_a_stream_that_is_refused(session, kind, number):
    session.open(1, kind, port=number)
    assert session.frame() == (RST_STREAM, 1)


def test_pings_are_answered(session):
    session.ping(5)
    assert session.frame() == (PING, 5)
